/** When an instance was silent, as the registry may have counted it; and what that may have brought about. */
import type { Life } from '../history.js';

/** The registry writes down whole milliseconds, by a clock that is read at another moment than ours. */
const ROUNDING_MS = 20;
/** A verdict is found, the others are asked, then it is written; a heartbeat in between was too late. */
const WRITING_MS = 2_500;

interface Silence {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Between two acknowledgements: from the earliest that the first can have been heard to the latest that the second can. */
function silencesOf({ heard }: Life, sinceMs: number, untilMs: number): readonly Silence[] {
  const within = heard.filter(({ sentMs, ackMs }) => sentMs >= sinceMs && ackMs <= untilMs);
  return within.map(({ sentMs }, at) => ({ fromMs: sentMs, toMs: within[at + 1]?.ackMs ?? untilMs }));
}

/** Nobody who was heard within every ttl may be called lapsed at that time. */
export function mayHaveLapsed(life: Life, atMs: number): boolean {
  const recent = silencesOf(life, -Infinity, atMs).filter(({ toMs }) => toMs >= atMs - WRITING_MS);
  return recent.length === 0 || recent.some((silence) => lasts(silence, life.ttlMs));
}

/** Since this registration was sent and until then: it said goodbye, or was silent for its ttl and its term. */
export function mayHaveLeft(life: Life, sinceMs: number, untilMs: number): boolean {
  const { ttlMs, termMs, goodbyes, doubtful } = life;
  if (goodbyes.some(({ sentMs, ackMs }) => ackMs >= sinceMs && sentMs <= untilMs)) return true;
  // One that nobody answered may arrive at any time.
  if (doubtful.some(({ what, sentMs }) => what === 'goodbye' && sentMs <= untilMs)) return true;
  const silences = silencesOf(life, sinceMs, untilMs);
  // One that was never acknowledged is promised nothing.
  return silences.length === 0 || silences.some((silence) => lasts(silence, ttlMs + termMs));
}

function lasts({ fromMs, toMs }: Silence, ms: number): boolean {
  return toMs - fromMs >= ms - ROUNDING_MS;
}
