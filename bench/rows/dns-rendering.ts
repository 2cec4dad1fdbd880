/** What an answer of DNS costs, without any socket: rendered records against writing every answer anew. */
import { dnsWorks, type DnsAnswer, type DnsQuestion, type DnsWork } from '../processes/dns-rendering.js';
import { startChild, type Child } from '../support/child.js';
import { perSecond, times } from '../support/figures.js';
import type { Benchmark, Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';

/** A bare echo of datagrams takes five microseconds for each: answering may take a quarter of that, for the echo's 0.8. */
const TARGET_PER_SECOND = 600_000;
const SERVICES = 1000;
const INSTANCES_EACH = 8;

const said: Record<DnsWork, string> = {
  A: `addresses of ${SERVICES.toLocaleString('en')} services with ${INSTANCES_EACH} instances each`,
  SRV: 'their ports, with the addresses beside them',
  NODATA: 'their IPv6 addresses, of which there are none',
  NXDOMAIN: 'services that are not there',
  instance: 'instances by their ids',
};

export const dnsRendering: Benchmark = {
  name: 'dns/rendering',
  run: async ({ cleanup, quick }) => {
    const child: Child<DnsQuestion, DnsAnswer> = startChild(new URL('../processes/dns-rendering.ts', import.meta.url), cleanup);
    const answers = quick ? 50_000 : 200_000;
    const found = await child.ask({ services: SERVICES, instancesEach: INSTANCES_EACH, answers, rounds: quick ? 3 : 5 });
    await child.end();
    return dnsWorks.map((work) => rowOf(work, found));
  },
};

function rowOf(work: DnsWork, found: DnsAnswer): Row {
  const anew = work === 'A' ? found['A anew'] : work === 'SRV' ? found['SRV anew'] : null;
  const rate = spreadOf(found[work]);
  const isTarget = work === 'A';
  return {
    work: `DNS answers in process: ${said[work]}`,
    measured: perSecond(rate),
    beside: anew === null ? '' : `every answer written anew ${perSecond(spreadOf(anew))}`,
    ratio: anew === null ? '' : times(ratioOf(found[work], anew)),
    target: isTarget ? `≥ ${TARGET_PER_SECOND / 1000}k/s` : '',
    met: isTarget ? rate.median >= TARGET_PER_SECOND : null,
    ...(isTarget && { notes: ['per second of the processor, in one thread, with EDNS; sockets not included'] }),
  };
}
