/**
 * The promise about those who stop has a clock, and trouble stops it. While something is cut that must be heard, nothing can
 * be noticed; and whoever takes over gives everybody a full ttl.
 */
import type { Fault } from '../history.js';

/** The lease of a node, what etcd needs to expire it, and the roster to hear of that. */
const LOST_MS = 6_000 + 2_500;
/** A node that was no member joins anew and gets its share. */
const JOINED_MS = 4_000;
/** A client of etcd has to find out that a member does not answer. */
const ENGINE_FOUND_MS = 10_000;
/** Who cannot be asked directly is asked through the log. */
const ASKED_MS = 6_000;

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** While these last nothing is promised, and each ends with a full ttl for those whom it concerned. */
export function spansOf({ what, fromMs, untilMs }: Fault): readonly Span[] {
  const all: Span = { fromMs, toMs: untilMs + JOINED_MS };
  const lost: Span = { fromMs, toMs: fromMs + LOST_MS };
  const back: Span = { fromMs: untilMs, toMs: untilMs + JOINED_MS };
  switch (what) {
    case 'node killed':
    case 'node paused':
    case 'isolated':
    case 'engine cut':
      return [lost, back];
    case 'node restarted':
    case 'engine slow':
    case 'peers slow':
      return [all];
    case 'etcd killed':
    case 'etcd paused':
      return [{ fromMs, toMs: fromMs + ENGINE_FOUND_MS }, back];
    case 'quorum lost':
      return [{ fromMs, toMs: untilMs + LOST_MS }];
    case 'peers cut':
      return [{ fromMs, toMs: fromMs + ASKED_MS }, back];
    case 'machine starved':
      return [{ fromMs, toMs: untilMs + ASKED_MS }];
    case 'clients cut':
      return [];
  }
}

/** What is promised within `ms` of `sinceMs`, whatever happens meanwhile: until when. */
export function promised(faults: readonly Fault[], sinceMs: number, ms: number): number {
  let deadlineMs = sinceMs + ms;
  for (const { fromMs, toMs } of faults.flatMap(spansOf).sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs)) {
    if (fromMs <= deadlineMs && toMs >= sinceMs) deadlineMs = Math.max(deadlineMs, toMs + ms);
  }
  return deadlineMs;
}

/** When something that nobody answered can have arrived at last. */
export function arrivedBy(
  faults: readonly Fault[],
  { node, sentMs, endMs }: { readonly node: string; readonly sentMs: number; readonly endMs: number },
): number {
  const held = faults.filter((fault) => fault.node === node && fault.fromMs <= endMs && fault.untilMs >= sentMs);
  return Math.max(endMs, ...held.map(({ untilMs }) => untilMs));
}
