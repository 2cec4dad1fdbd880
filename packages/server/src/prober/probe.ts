/** One probe of any type, ended when its time is over. */
import { formatDuration, isLoopback, type ProbeFound, type ProbeSpec } from '@rollcall/core';
import type { Attention } from './attention.js';
import { critical, type Probe, type ProbeSurroundings } from './found.js';
import { probeGrpc } from './probes/grpc.js';
import { probeHttp } from './probes/http.js';
import { probeScript } from './probes/script.js';
import { probeTcp } from './probes/tcp.js';
import { probeUdp } from './probes/udp.js';
import type { Route } from './route.js';

const probes: { readonly [Type in ProbeSpec['type']]: Probe<Extract<ProbeSpec, { readonly type: Type }>> } = {
  http: probeHttp,
  tcp: probeTcp,
  udp: probeUdp,
  grpc: probeGrpc,
  script: probeScript,
};

export interface ProbingOptions {
  readonly route: Route;
  readonly scripts: boolean;
  readonly attention: Attention;
}

/** Never rejects, and settles within the time, as far as this thread was there to hear an answer. */
export async function probe(spec: ProbeSpec, timeoutMs: number, { route, scripts, attention }: ProbingOptions): Promise<ProbeFound> {
  if (spec.type === 'script' && !scripts) return critical('this registry runs no programs (--script-checks)');
  const ending = new AbortController();
  const cancel = attention.after(timeoutMs, () => ending.abort());
  try {
    const found = await run(spec, { route, signal: ending.signal, timeoutText: formatDuration(timeoutMs) });
    return hasWay(spec) ? found : { ...found, evidence: 'none' };
  } catch (error) {
    return critical(`the probe itself failed: ${String(error)}`);
  } finally {
    cancel();
  }
}

/** What stays on this machine says nothing of the way to others. */
function hasWay(spec: ProbeSpec): boolean {
  return spec.type !== 'script' && !isLoopback(spec.host);
}

function run(spec: ProbeSpec, surroundings: ProbeSurroundings): Promise<ProbeFound> {
  // The type leads to the probe of that very type.
  return (probes[spec.type] as Probe<ProbeSpec>)(spec, surroundings);
}
