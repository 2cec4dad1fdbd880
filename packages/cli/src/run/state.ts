/**
 * The words of the state machine that runs a program: what is known, what can happen, what can be done. What is done when
 * stands in decide.ts; nothing here knows of processes, sockets or time.
 */

/** How the program is, by what it was seen to do. */
export interface Verdict {
  readonly health: 'passing' | 'warning' | 'critical';
  /** Why, for people. */
  readonly output: string;
}

export interface Settings {
  readonly service: string;
  readonly instance: string;
  /** Where callers find it, for people. */
  readonly address: string;
  /** What is looked at, for people: `127.0.0.1:3000`. */
  readonly target: string;
  readonly registry: string;
  /** Never: it is ready as soon as it runs. Until ready: once it has answered, that it runs is enough. */
  readonly probed: 'never' | 'until-ready' | 'always';
  readonly startTimeoutMs: number;
  readonly checkIntervalMs: number;
  readonly failuresBeforeCritical: number;
  readonly beatMs: number;
  readonly drainMs: number;
  readonly graceMs: number;
}

/** What is asked of the registry. At most one call is on its way, so that none overtakes another. */
export type Call = 'register' | 'heartbeat' | 'deregister';

export interface State {
  /** Starting until it has answered for the first time. */
  readonly program: 'starting' | 'serving' | 'gone';
  /** Leaving: the goodbye is being said. Draining: it was said, and the program serves on. Stopping: it was told to. Killed. */
  readonly ending: 'leaving' | 'draining' | 'stopping' | 'killed' | null;
  readonly exitCode: number;
  /** Does the registry list it? Maybe: it was asked to, and did not answer. */
  readonly listed: 'no' | 'maybe' | 'yes';
  readonly verdict: Verdict;
  readonly failuresInRow: number;
  /** Longer than `startTimeoutMs` in coming. */
  readonly late: boolean;
  readonly call: { readonly call: Call; readonly verdict: Verdict } | null;
  /** What the registry last heard of how it is. */
  readonly told: Verdict['health'];
  /** Calls in a row that failed, and why the last one did. */
  readonly troubles: number;
  readonly trouble: string | null;
}

export const initialState: State = {
  program: 'starting',
  ending: null,
  exitCode: 0,
  listed: 'no',
  verdict: { health: 'passing', output: '' },
  failuresInRow: 0,
  late: false,
  call: null,
  told: 'passing',
  troubles: 0,
  trouble: null,
};

/** What came of a call. Refused: nothing happened. Unsure: nobody knows. Unknown: the registry does not list it. */
export type Answer =
  | { readonly outcome: 'done' | 'unknown' }
  | { readonly outcome: 'refused' | 'unsure'; readonly reason: string; readonly retryAfterMs?: number };

/**
 * - `start`: the program should have answered by now.
 * - `probe`: look at it (again).
 * - `call`: beat, or try again what failed.
 * - `drain`: callers have had their time.
 * - `grace`: the program has had its time.
 * - `farewell`: the program is gone, and the registry does not answer.
 */
export type Timer = 'start' | 'probe' | 'call' | 'drain' | 'grace' | 'farewell';

export type Event =
  | { readonly type: 'started' }
  | { readonly type: 'not-started'; readonly reason: string; readonly exitCode: number }
  | { readonly type: 'ended'; readonly how: string; readonly exitCode: number }
  | { readonly type: 'probed'; readonly verdict: Verdict }
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'elapsed'; readonly timer: Timer }
  /** Somebody wants this to end. */
  | { readonly type: 'stop-asked'; readonly signal: string }
  /** A signal that is none of our business. */
  | { readonly type: 'signalled'; readonly signal: NodeJS.Signals };

export type Action =
  | { readonly do: 'probe' }
  | { readonly do: 'call'; readonly call: Call; readonly verdict: Verdict }
  /** A timer that runs already begins anew. `spread`: up to this share less, by chance, so that many do not come at once. */
  | { readonly do: 'wait'; readonly timer: Timer; readonly ms: number; readonly spread: number }
  | { readonly do: 'stop-waiting'; readonly timers: readonly Timer[] }
  | { readonly do: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly do: 'say'; readonly line: string }
  | { readonly do: 'exit'; readonly code: number };

/** What follows from an event. */
export interface Step {
  readonly state: State;
  readonly actions: readonly Action[];
}

export function step(state: State, ...actions: readonly Action[]): Step {
  return { state, actions };
}

/** One step, and what follows from where it led. */
export function andThen(first: Step, next: (state: State) => Step): Step {
  const second = next(first.state);
  return { state: second.state, actions: [...first.actions, ...second.actions] };
}

export function say(line: string): Action {
  return { do: 'say', line };
}

export function wait(timer: Timer, ms: number, spread = 0): Action {
  return { do: 'wait', timer, ms, spread };
}
