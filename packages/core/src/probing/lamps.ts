/**
 * Whom a node looks at beside the one that it is asked about: as one who is told that the street is dark looks at his own lamps first. If
 * these are out too, it is his own house.
 */
import type { ProbeResult } from './prober.js';

/** Those that answered when they were last asked, the latest first. */
export function lampsAmong<Door extends { readonly results: readonly ProbeResult[] }>(doors: Iterable<Door>, max: number): readonly Door[] {
  const lit: Door[] = [];
  for (const door of doors) {
    const [last] = door.results;
    if (last === undefined || (last.evidence ?? 'answer') !== 'answer') continue;
    if (lit.length === max && last.wallMs <= litAt(lit.at(-1))) continue;
    lit.push(door);
    lit.sort((one, other) => litAt(other) - litAt(one));
    if (lit.length > max) lit.pop();
  }
  return lit;
}

function litAt(door: { readonly results: readonly ProbeResult[] } | undefined): number {
  return door?.results[0]?.wallMs ?? 0;
}
