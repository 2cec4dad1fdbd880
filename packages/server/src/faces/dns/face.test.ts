import { createServer, type AddressInfo } from 'node:net';
import { Resolver } from 'node:dns/promises';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FedView } from '../../../../../test/support/fed-view.js';
import { instance, stranger } from './dns.fixture.js';
import { nothingBeside } from './beside.js';
import { manners } from './domains.js';
import { DnsFace } from './face.js';
import type { DnsSettings, DnsWord } from './messages.js';

const WITHIN = { timeout: 15_000 };

const settings: DnsSettings = {
  bind: '127.0.0.1',
  port: null,
  domains: [{ name: 'rollcall', manner: manners.rollcall }],
  datacenter: 'dc1',
  cookieSecret: new Uint8Array(16),
  answersPerSecond: 0,
  upstreams: [],
  forwardFor: [],
};

interface Running {
  readonly face: DnsFace;
  readonly words: DnsWord[];
  readonly clock: SimulatedClock;
  readonly view: FedView;
}

function run(more: Partial<DnsSettings> = {}): Running {
  const [clock, view, words] = [new SimulatedClock(), new FedView(), [] as DnsWord[]];
  const face = new DnsFace({
    settings: { ...settings, ...more },
    view: () => (view.complete ? view : undefined),
    caller: () => stranger,
    catchUp: () => undefined,
    beside: nothingBeside,
    say: (word) => void words.push(structuredClone(word)),
    clock,
    random: new SeededRandom(1),
  });
  onTestFinished(() => face.take({ type: 'close' }));
  return { face, words, clock, view };
}

const resolverAt = (port: number): Resolver => {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return resolver;
};

const code = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

describe('the DNS face in its thread', () => {
  it('says SERVFAIL until it has the whole view, and is told of it once a second', async () => {
    const { face, words, clock, view } = run();
    face.take({ type: 'open', port: 0 });
    await vi.waitUntil(() => words.some(({ type }) => type === 'opened'), WITHIN);
    const opened = words.find((word) => word.type === 'opened');
    const resolver = resolverAt(opened?.port ?? 0);
    expect(await resolver.resolve4('web.service.rollcall').catch(code)).toBe('ESERVFAIL');
    view.load({ epoch: 'e', revision: 1, instances: [instance({ id: 'a', host: '10.0.0.9' })] });
    expect(await resolver.resolve4('web.service.rollcall')).toEqual(['10.0.0.9']);
    await clock.advance(1000);
    const reports = words.flatMap((word) => (word.type === 'report' ? [word.report.synced] : []));
    expect(reports).toEqual([false, true]);
  });

  it('in the place of one that failed opens where that was, as soon as it can', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address() as AddressInfo;
    const { clock, view } = run({ port });
    view.load({ epoch: 'e', revision: 1, instances: [instance({ id: 'a', host: '10.0.0.9' })] });
    await clock.advance(1500);
    await new Promise((closed) => other.close(closed));
    await vi.waitFor(
      async () => {
        await clock.advance(1000);
        expect(await resolverAt(port).resolve4('web.service.rollcall')).toEqual(['10.0.0.9']);
      },
      { timeout: 20_000 },
    );
  });

  it('says why it cannot open', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void other.close());
    const { face, words } = run();
    face.take({ type: 'open', port: (other.address() as AddressInfo).port });
    await vi.waitUntil(() => words.some(({ type }) => type === 'refused'), WITHIN);
    expect(words.find(({ type }) => type === 'refused')).toMatchObject({ code: 'EADDRINUSE' });
  });
});
