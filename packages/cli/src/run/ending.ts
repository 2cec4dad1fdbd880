/**
 * How it ends: the registry first, so that nobody new comes; then the drain, in which the program serves those who have not
 * heard of it yet; then SIGTERM, and if need be SIGKILL. Each further signal skips a stage.
 */
import { call, retryMs, RETRY_MS_MAX, RETRY_SPREAD } from './calls.js';
import { say, step, andThen, wait, type Action, type Answer, type Call, type Settings, type State, type Step } from './state.js';
import * as words from './words.js';

/**
 * For how long a registry is asked to forget a program that is gone: longer than a call may take, so that one goodbye at least is
 * heard if it can be, and short, because whoever started us is waiting.
 */
const FAREWELL_MS = 4000;

export function stopAsked(settings: Settings, state: State, signal: string): Step {
  if (state.program === 'gone') return giveUpGoodbye(settings, state);
  switch (state.ending) {
    case null: {
      if (isUnheardOf(state)) return stopProgram(settings, state);
      const leaving: State = { ...state, ending: 'leaving' };
      const begun = step(leaving, say(words.leaving(signal, settings)), { do: 'stop-waiting', timers: ['start', 'probe', 'call'] });
      // A call that is on its way is waited for: a registration must not arrive behind the goodbye.
      return state.call === null ? andThen(begun, (next) => call(next, 'deregister')) : begun;
    }
    case 'leaving':
    case 'draining':
      return stopProgram(settings, state);
    case 'stopping':
      return killProgram(state);
    case 'killed':
      return step(state);
  }
}

export function stopProgram(settings: Settings, state: State): Step {
  const timers: Action = { do: 'stop-waiting', timers: ['start', 'probe', 'drain'] };
  return step(
    { ...state, ending: 'stopping' },
    say(words.stopping(settings)),
    timers,
    { do: 'signal', signal: 'SIGTERM' },
    wait('grace', settings.graceMs),
  );
}

export function killProgram(state: State): Step {
  return step({ ...state, ending: 'killed' }, say(words.killing), { do: 'signal', signal: 'SIGKILL' });
}

/** It is gone, asked or not. Callers are told at once. */
export function programEnded(state: State, { how, exitCode }: { readonly how: string; readonly exitCode: number }): Step {
  const gone: State = { ...state, program: 'gone', exitCode };
  const said = state.ending === null ? [say(words.ended(how))] : [];
  const ended = step(gone, ...said, { do: 'stop-waiting', timers: ['start', 'probe', 'call', 'drain', 'grace'] });
  if (isUnheardOf(state) && state.call === null) return andThen(ended, exit);
  const waiting = andThen(ended, (next) => step(next, wait('farewell', FAREWELL_MS)));
  return state.call === null ? andThen(waiting, (next) => call(next, 'deregister')) : waiting;
}

/** What follows from an answer of the registry to whoever is leaving. */
export function leaveAfter(settings: Settings, state: State, asked: Call, answer: Answer): Step {
  if (state.listed === 'no') {
    if (state.program === 'gone') return exit(state);
    if (state.ending !== 'leaving') return step(state);
    // A registration that was refused: no caller ever heard of it.
    return asked === 'register' ? stopProgram(settings, state) : drain(settings, state);
  }
  if (asked !== 'deregister') {
    const more = state.program === 'gone' ? [wait('farewell', FAREWELL_MS)] : [];
    return andThen(step(state, ...more), (next) => call(next, 'deregister'));
  }
  const again = step(state, wait('call', retryMs(state, answer, RETRY_MS_MAX), RETRY_SPREAD));
  return state.ending === 'leaving' && state.program !== 'gone' ? andThen(again, (next) => drain(settings, next)) : again;
}

/** Tries again what was not heard. */
export function sayGoodbye(state: State): Step {
  return state.listed === 'no' ? step(state) : call(state, 'deregister');
}

export function giveUpGoodbye(settings: Settings, state: State): Step {
  return andThen(step(state, say(words.notDeregistered(settings))), exit);
}

function drain({ drainMs }: Settings, state: State): Step {
  return step({ ...state, ending: 'draining' }, wait('drain', drainMs));
}

function exit(state: State): Step {
  return step(state, { do: 'stop-waiting', timers: ['call', 'farewell'] }, { do: 'exit', code: state.exitCode });
}

function isUnheardOf({ listed, call }: State): boolean {
  return listed === 'no' && call?.call !== 'register';
}
