/** Whoever stops is noticed in the promised time, at every node; and departs in its term. */
import { ROAMING, type Fault, type History, type Law, type Life, type Shown, type Stream } from '../history.js';
import { at } from './rotation.js';
import { arrivedBy, promised } from './excuses.js';

/** A tick, asking the others, a commit, the way to the watcher; and all of that on a machine that has much else to do. */
const WITHIN_MS = 2_000;
/** A node that is back reads what it missed, and its watchers find it again. */
const CAUGHT_UP_MS = 8_000;

interface Death {
  readonly life: Life;
  /** From then on nothing can have been heard. */
  readonly sinceMs: number;
  /** It was heard again, or nobody looked any longer. */
  readonly untilMs: number;
}

export const whoStopsIsNoticed: Law = (history) => {
  const { faults, streams } = history;
  return deathsIn(history).flatMap((death) =>
    streams.flatMap((stream) => {
      const deadlineMs = seenBy(stream, faults, promised(faults, death.sinceMs, death.life.ttlMs + WITHIN_MS));
      if (deadlineMs >= death.untilMs || !isInRotation(death, stream, deadlineMs)) return [];
      return [
        `${death.life.who} was heard last at ${at(death.sinceMs)}, and ${stream.node} (${stream.filter}) had not noticed by ${at(deadlineMs)}`,
      ];
    }),
  );
};

export const whoStopsDeparts: Law = (history) => {
  const { faults, streams } = history;
  return deathsIn(history).flatMap((death) => {
    const { ttlMs, termMs, who } = death.life;
    const criticalMs = promised(faults, death.sinceMs, ttlMs + WITHIN_MS);
    // Who takes over gives at least a ttl, and never more than the term.
    const gone = promised(faults, criticalMs, termMs + WITHIN_MS);
    return streams
      .filter(({ filter }) => filter === 'any')
      .flatMap((stream) => {
        const deadlineMs = seenBy(stream, faults, gone);
        if (deadlineMs >= death.untilMs || sightOf(death, stream, deadlineMs) === undefined) return [];
        return [`${who} was heard last at ${at(death.sinceMs)}, and ${stream.node} still showed it at ${at(deadlineMs)}`];
      });
  });
};

/** Every time that somebody was silent; most of them are short, and nobody has to notice them. */
function deathsIn({ lives, faults, endMs }: History): readonly Death[] {
  return lives.flatMap((life) =>
    life.heard.flatMap((heard, place): readonly Death[] => {
      const untilMs = life.heard[place + 1]?.sentMs ?? endMs;
      // Also what was sent before the last acknowledged one may have arrived behind it.
      const arrivals = life.doubtful.filter(({ sentMs }) => sentMs < untilMs).map((one) => arrivedBy(faults, one));
      const sinceMs = Math.max(heard.ackMs, ...arrivals);
      return life.goodbyes.some(({ sentMs }) => sentMs >= heard.sentMs && sentMs < untilMs) ? [] : [{ life, sinceMs, untilMs }];
    }),
  );
}

/** The watchers of a node in trouble are told when that is over. */
function seenBy({ node }: Stream, faults: readonly Fault[], deadlineMs: number): number {
  const ofIt = faults.filter((fault) => (fault.node === node || node === ROAMING) && !fault.what.startsWith('peers'));
  const open = ofIt.filter(({ fromMs, untilMs }) => fromMs <= deadlineMs && untilMs + CAUGHT_UP_MS >= deadlineMs);
  return Math.max(deadlineMs, ...open.map(({ untilMs }) => untilMs + CAUGHT_UP_MS));
}

function isInRotation(death: Death, stream: Stream, byMs: number): boolean {
  const health = sightOf(death, stream, byMs)?.health;
  return health === 'passing' || health === 'warning';
}

/** As what it was shown by then. */
function sightOf({ life: { who } }: Death, { told }: Stream, byMs: number): Shown | undefined {
  const last = told.findLast(
    ({ atMs, what, gone, shown }) => atMs <= byMs && (what === 'snapshot' || gone.includes(who) || shown.some((one) => one.who === who)),
  );
  return last?.shown.find((one) => one.who === who);
}
