/**
 * A look for another node. Who is told that the street is dark looks at his own lamps beside it: if these are out too, it is his own house.
 */
import type { ProbeFound, ProbeResult } from './prober.js';
import type { Glance } from './second-opinion.js';

/** One may have died in this moment, three have not. */
const LAMPS = 3;

interface Door<Spec> {
  readonly order: Glance<Spec>;
  readonly results: readonly ProbeResult[];
}

/** What each is found to be, in order; dark where all are silent of those own ones that answered just before. */
export async function glanceAt<Spec>(
  at: readonly Glance<Spec>[],
  own: Iterable<Door<Spec>>,
  run: (spec: Spec, timeoutMs: number) => Promise<ProbeFound>,
): Promise<{ readonly found: readonly ProbeFound[]; readonly isDark: boolean }> {
  const look = (all: readonly Glance<Spec>[]): Promise<readonly ProbeFound[]> =>
    Promise.all(all.map(({ spec, timeoutMs }) => run(spec, timeoutMs)));
  const [found, lamps] = await Promise.all([look(at), look(lampsAmong(own))]);
  return { found, isDark: lamps.length > 0 && lamps.every(({ evidence }) => evidence === 'silence') };
}

/** Those that answered when they were last asked, the latest first. */
function lampsAmong<Spec>(own: Iterable<Door<Spec>>): readonly Glance<Spec>[] {
  const lit: Door<Spec>[] = [];
  for (const door of own) {
    const [last] = door.results;
    if (last === undefined || (last.evidence ?? 'answer') !== 'answer') continue;
    if (lit.length === LAMPS && last.wallMs <= litAt(lit.at(-1))) continue;
    lit.push(door);
    lit.sort((one, other) => litAt(other) - litAt(one));
    if (lit.length > LAMPS) lit.pop();
  }
  return lit.map(({ order }) => order);
}

function litAt(door: Door<unknown> | undefined): number {
  return door?.results[0]?.wallMs ?? 0;
}
