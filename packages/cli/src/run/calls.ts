/** Calls to the registry, one at a time: how one begins, what is known after it, and when the next attempt is due. */
import { say, step, type Answer, type Call, type Settings, type State, type Step } from './state.js';
import * as words from './words.js';

/** The first retry; each further one waits twice as long, so that a registry that comes back is not trampled down. */
const RETRY_MS = 500;
/** Whoever restarts a registry expects its list to be full again within seconds. */
export const RETRY_MS_MAX = 10_000;
/** A registry may ask for more time than that, within reason. */
const RETRY_AFTER_MS_MAX = 60_000;
/** A retry comes up to half its time early. */
export const RETRY_SPREAD = 0.5;

/** Sends one; the timer that would have sent it is no longer needed. */
export function call(state: State, call: Call): Step {
  const { verdict } = state;
  return step({ ...state, call: { call, verdict } }, { do: 'stop-waiting', timers: ['call'] }, { do: 'call', call, verdict });
}

/** What an answer tells. What is wrong with the registry is said once, and so is that it is right again. */
export function noted(settings: Settings, state: State, answer: Answer): Step {
  if (state.call === null) return step(state);
  const { call, verdict } = state.call;
  const idle: State = { ...state, call: null };
  switch (answer.outcome) {
    case 'done': {
      const next: State = { ...idle, listed: call === 'deregister' ? 'no' : 'yes', told: verdict.health, troubles: 0, trouble: null };
      if (call === 'register') return step(next, say(words.registered(settings)));
      return step(next, ...(state.trouble === null ? [] : [say(words.answersAgain(settings))]));
    }
    case 'unknown':
      return step({ ...idle, listed: 'no', troubles: 0, trouble: null });
    case 'refused':
    case 'unsure': {
      const listed = call === 'register' && answer.outcome === 'unsure' && state.listed === 'no' ? 'maybe' : state.listed;
      const next: State = { ...idle, listed, troubles: state.troubles + 1, trouble: answer.reason };
      return step(next, ...(state.trouble === answer.reason ? [] : [say(words.inTrouble(answer.reason))]));
    }
  }
}

/** How long until the next attempt, at most; with `RETRY_SPREAD`, and never sooner than the registry asked for. */
export function retryMs({ troubles }: State, answer: Answer, longestMs: number): number {
  const backoffMs = Math.min(RETRY_MS * 2 ** Math.max(0, troubles - 1), longestMs);
  const askedMs = 'retryAfterMs' in answer ? Math.min(answer.retryAfterMs ?? 0, RETRY_AFTER_MS_MAX) : 0;
  return Math.max(backoffMs, askedMs / (1 - RETRY_SPREAD));
}
