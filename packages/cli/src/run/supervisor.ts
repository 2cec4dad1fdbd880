/** Does what decide.ts decides, and brings it what came of it: timers, the program, looks at it, calls to the registry. */
import type { Clock, Random } from '@rollcall/core';
import { decide } from './decide.js';
import {
  initialState,
  type Action,
  type Answer,
  type Call,
  type Event,
  type Settings,
  type State,
  type Timer,
  type Verdict,
} from './state.js';

/** The world as a run needs it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Pick<Random, 'number'>;
  /** Never rejects; an answer always comes, in bounded time. */
  probe(): Promise<Verdict>;
  /** Never rejects; an answer always comes, in bounded time. */
  ask(call: Call, verdict: Verdict): Promise<Answer>;
  signal(name: NodeJS.Signals): void;
  say(line: string): void;
}

export class Supervisor {
  readonly #settings: Settings;
  readonly #around: Surroundings;
  readonly #timers = new Map<Timer, () => void>();
  readonly #events: Event[] = [];
  #state: State = initialState;
  #handling = false;
  #isOver = false;
  #exit: (code: number) => void = () => undefined;
  /** The exit code, when all is over. */
  readonly over: Promise<number>;

  constructor(settings: Settings, around: Surroundings) {
    this.#settings = settings;
    this.#around = around;
    this.over = new Promise((resolve) => (this.#exit = resolve));
  }

  /** Something happened. What happens meanwhile waits for its turn; what happens behind the exit concerns nobody. */
  tell(event: Event): void {
    if (this.#isOver) return;
    this.#events.push(event);
    if (this.#handling) return;
    this.#handling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      const { state, actions } = decide(this.#settings, this.#state, next);
      this.#state = state;
      for (const action of actions) this.#perform(action);
    }
    this.#handling = false;
  }

  #perform(action: Action): void {
    switch (action.do) {
      case 'probe':
        void this.#around.probe().then((verdict) => this.tell({ type: 'probed', verdict }));
        return;
      case 'call':
        void this.#around.ask(action.call, action.verdict).then((answer) => this.tell({ type: 'answered', answer }));
        return;
      case 'wait':
        this.#wait(action.timer, action.ms * (1 - action.spread * this.#around.random.number()));
        return;
      case 'stop-waiting':
        for (const timer of action.timers) this.#stopWaiting(timer);
        return;
      case 'signal':
        this.#around.signal(action.signal);
        return;
      case 'say':
        this.#around.say(action.line);
        return;
      case 'exit':
        for (const timer of this.#timers.keys()) this.#stopWaiting(timer);
        this.#isOver = true;
        this.#exit(action.code);
        return;
    }
  }

  #wait(timer: Timer, ms: number): void {
    this.#stopWaiting(timer);
    const cancel = this.#around.clock.after(ms, () => {
      this.#timers.delete(timer);
      this.tell({ type: 'elapsed', timer });
    });
    this.#timers.set(timer, cancel);
  }

  #stopWaiting(timer: Timer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }
}
