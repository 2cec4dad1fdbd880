/**
 * What happens next, in which state, at which event. Pure: supervisor.ts does what is decided here and brings back what
 * came of it. Nothing that the registry does or fails to do ever ends the program.
 */
import { giveUpGoodbye, killProgram, programEnded, sayGoodbye, stopAsked, stopProgram } from './ending.js';
import { answered, callNext, tellHealth } from './registering.js';
import { say, step, andThen, wait, type Event, type Settings, type State, type Step, type Timer, type Verdict } from './state.js';
import * as words from './words.js';

/** While it starts it is looked at this often: a person who waits would not notice more. */
const START_PROBE_MS = 250;

export function decide(settings: Settings, state: State, event: Event): Step {
  switch (event.type) {
    case 'started':
      return settings.probed === 'never'
        ? isReady(settings, state, state.verdict)
        : step(state, say(words.waitsFor(settings)), wait('start', settings.startTimeoutMs), { do: 'probe' });
    case 'not-started':
      return step({ ...state, program: 'gone' }, say(event.reason), { do: 'exit', code: event.exitCode });
    case 'ended':
      return programEnded(state, event);
    case 'probed':
      return state.ending === null && state.program !== 'gone' ? probed(settings, state, event.verdict) : step(state);
    case 'answered':
      return answered(settings, state, event.answer);
    case 'elapsed':
      return elapsed(settings, state, event.timer);
    case 'stop-asked':
      return stopAsked(settings, state, event.signal);
    case 'signalled':
      return state.program === 'gone' ? step(state) : step(state, { do: 'signal', signal: event.signal });
  }
}

function probed(settings: Settings, state: State, verdict: Verdict): Step {
  if (state.program === 'serving') return checked(settings, state, verdict);
  if (verdict.health !== 'critical') return isReady(settings, state, verdict);
  return step({ ...state, verdict }, wait('probe', state.late ? settings.checkIntervalMs : START_PROBE_MS));
}

function isReady(settings: Settings, state: State, verdict: Verdict): Step {
  const ready: State = { ...state, program: 'serving', verdict };
  const again = settings.probed === 'always' ? [wait('probe', settings.checkIntervalMs)] : [];
  return andThen(step(ready, { do: 'stop-waiting', timers: ['start'] }, ...again), callNext);
}

/** The Nth failure in a row decides; anything better is believed at once. */
function checked(settings: Settings, state: State, verdict: Verdict): Step {
  const failuresInRow = verdict.health === 'critical' ? state.failuresInRow + 1 : 0;
  const doubtful = verdict.health === 'critical' && failuresInRow < settings.failuresBeforeCritical;
  const next: State = { ...state, failuresInRow, verdict: doubtful ? state.verdict : verdict };
  const again = wait('probe', settings.checkIntervalMs);
  if (next.verdict.health === state.verdict.health) return step(next, again);
  return andThen(step(next, say(words.checkSays(next.verdict)), again), tellHealth);
}

function elapsed(settings: Settings, state: State, timer: Timer): Step {
  switch (timer) {
    case 'start':
      return state.program === 'starting' ? step({ ...state, late: true }, say(words.isLate(settings, state))) : step(state);
    case 'probe':
      return step(state, { do: 'probe' });
    case 'call':
      if (state.call !== null) return step(state);
      return state.ending === null && state.program !== 'gone' ? callNext(state) : sayGoodbye(state);
    case 'drain':
      return state.ending === 'draining' ? stopProgram(settings, state) : step(state);
    case 'grace':
      return state.ending === 'stopping' ? killProgram(state) : step(state);
    case 'farewell':
      return giveUpGoodbye(settings, state);
  }
}
