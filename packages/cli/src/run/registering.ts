/** What is told to the registry and when, and what follows from its answers while nobody is leaving. */
import { call, noted, retryMs, RETRY_MS_MAX, RETRY_SPREAD } from './calls.js';
import { leaveAfter } from './ending.js';
import { say, step, andThen, wait, type Answer, type Settings, type State, type Step } from './state.js';
import * as words from './words.js';

/** A beat comes up to a tenth early, never late. */
const BEAT_SPREAD = 0.1;

/** Says that it is here. One that is critical is not offered to callers anew: it comes back when its check passes. */
export function callNext(state: State): Step {
  if (state.listed === 'yes') return call(state, 'heartbeat');
  return state.verdict.health === 'critical' ? step(state) : call(state, 'register');
}

/** How it is has changed, which does not wait for the next beat. A call on its way is waited for: its answer looks here again. */
export function tellHealth(state: State): Step {
  return state.call === null ? callNext(state) : step(state);
}

export function answered(settings: Settings, state: State, answer: Answer): Step {
  const asked = state.call?.call;
  if (asked === undefined) return step(state);
  return andThen(noted(settings, state, answer), (next) =>
    next.ending === null && next.program !== 'gone' ? goOn(settings, next, answer) : leaveAfter(settings, next, asked, answer),
  );
}

function goOn(settings: Settings, state: State, answer: Answer): Step {
  switch (answer.outcome) {
    case 'done':
      return state.told === state.verdict.health ? step(state, wait('call', settings.beatMs, BEAT_SPREAD)) : callNext(state);
    case 'unknown':
      return state.verdict.health === 'critical'
        ? step(state, say(words.forgottenWhileCritical(settings)))
        : andThen(step(state, say(words.forgotten(settings))), callNext);
    case 'refused':
    case 'unsure': {
      // Whoever is listed beats at least as often as ever: the next one may be heard.
      const longestMs = state.listed === 'yes' ? Math.min(settings.beatMs, RETRY_MS_MAX) : RETRY_MS_MAX;
      return step(state, wait('call', retryMs(state, answer, longestMs), RETRY_SPREAD));
    }
  }
}
