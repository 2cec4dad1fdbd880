/** Calls of all services: a caller for each, made when it is first called, let go of when it has not been called for a while. */
import type { Endpoint } from '../balancing/endpoint.js';
import type { BalancingOptions } from '../balancing/balancing-options.js';
import type { HeldPool } from '../discovery/live-service.js';
import type { Wish } from '../discovery/wish.js';
import type { Clock, Random } from '../ports.js';
import { CallFailed } from './call-failed.js';
import { callRules, type CallingOptions, type CallRules } from './call-rules.js';
import type { Ejection } from './outlier-detector.js';
import { ServiceCaller, type CalledService } from './service-caller.js';
import type { TriedCall } from './service-parts.js';
import type { Tracing } from './tracing.js';

/** A service that was not called for so long is not watched any more. */
const IDLE_MS_MAX: number = 10 * 60_000;
/** Beyond so many, those that nobody calls at the moment are let go of, the longest unused first: names may come from outside. */
const SERVICES_MAX = 256;

export interface OpenService extends CalledService {
  /** Lets go of the view. */
  close(): void;
}

export interface EjectionTold {
  readonly service: string;
  readonly id: string;
  readonly reason: Ejection<Endpoint>['reason'];
  readonly forMs: number;
}

export interface PanicTold {
  readonly service: string;
  /** `false`: it is over. */
  readonly panic: boolean;
  /** How many instances there are. */
  readonly endpoints: number;
}

export interface CallingSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  /** Opens the live view of a service. */
  readonly open: (service: string, options: Pick<ServiceOptions, 'balancing' | 'wish'>) => OpenService;
  readonly tellTried: () => ((tried: TriedCall) => void) | undefined;
  readonly tellEjected: (told: EjectionTold) => void;
  readonly tellReturned: (told: { readonly service: string; readonly id: string }) => void;
  readonly tellPanic: (told: PanicTold) => void;
  /** `undefined` where the program does not trace. */
  readonly tracing: () => Tracing | undefined;
  /** Of a service that was let go of: its connections are not needed any more. */
  readonly onGone: (endpoint: Endpoint) => void;
}

interface Kept {
  readonly caller: ServiceCaller;
  readonly opened: OpenService;
  readonly stopListening: () => void;
  usedAtMs: number;
  /** Who picks from its pool, and so may call at any time. */
  holders: number;
}

/** How services are called: the same for all, and what is different for some by their names. */
export interface ServicesOptions extends ServiceOptions {
  readonly services?: Readonly<Record<string, ServiceOptions>>;
}

export interface ServiceOptions extends CallingOptions {
  /** How calls are spread over the instances. */
  readonly balancing?: BalancingOptions;
  /** Which instances are called; all that may be, if left out. */
  readonly wish?: Wish;
}

export class Calling {
  readonly #options: ServicesOptions;
  readonly #surroundings: CallingSurroundings;
  /** In the order in which they were last used, roughly: who was idle is looked for by its time. */
  readonly #kept = new Map<string, Kept>();
  readonly #rules: CallRules;
  #cancelTidying: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ServicesOptions, surroundings: CallingSurroundings) {
    this.#options = options;
    this.#rules = callRules(options);
    this.#surroundings = surroundings;
  }

  get clock(): Clock {
    return this.#surroundings.clock;
  }

  /** Throws `CallFailed` after it was closed. */
  of(service: string): ServiceCaller {
    const kept = this.#kept.get(service) ?? this.#open(service);
    kept.usedAtMs = this.clock.monotonicMs();
    return kept.caller;
  }

  /** All instances are called of this service: nothing else was wished for. */
  isWhole(service: string): boolean {
    return (this.#own(service)?.wish ?? this.#options.wish) === undefined;
  }

  balancingOf(service: string): BalancingOptions {
    return { ...this.#options.balancing, ...this.#own(service)?.balancing };
  }

  /** For those who pick from the same endpoints by themselves, until they let go. */
  hold(name: string): HeldPool {
    const service = name.toLowerCase();
    const kept = this.#kept.get(service) ?? this.#open(service);
    kept.holders++;
    let isHeld = true;
    const release = (): void => {
      if (isHeld) kept.holders--;
      isHeld = false;
      kept.usedAtMs = this.clock.monotonicMs();
    };
    return { pool: kept.caller.pool, release };
  }

  /** For those who pick from other endpoints: they are judged alike. */
  judge(opened: OpenService): HeldPool {
    const { caller, stopListening } = this.#judged(opened);
    const release = (): void => {
      stopListening();
      caller.close();
      opened.close();
    };
    return { pool: opened.pool, release };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTidying?.();
    for (const service of this.#kept.keys()) this.#letGo(service);
  }

  #open(service: string): Kept {
    if (this.#isClosed) throw new CallFailed('closed', service);
    if (this.#kept.size >= SERVICES_MAX) this.#tidy(0, SERVICES_MAX - 1);
    const which = this.#own(service)?.wish ?? this.#options.wish;
    const opened = this.#surroundings.open(service, {
      balancing: this.balancingOf(service),
      ...(which === undefined ? {} : { wish: which }),
    });
    const kept = { ...this.#judged(opened), opened, usedAtMs: this.clock.monotonicMs(), holders: 0 };
    this.#kept.set(service, kept);
    this.#cancelTidying ??= this.clock.after(IDLE_MS_MAX / 2, () => this.#tidyNow());
    return kept;
  }

  #judged(opened: OpenService): Pick<Kept, 'caller' | 'stopListening'> {
    const own = this.#own(opened.live.service);
    const rules = own === undefined ? this.#rules : callRules(own, this.#rules);
    const { tellEjected, tellReturned, tellPanic, onGone } = this.#surroundings;
    const caller = new ServiceCaller(opened, rules, {
      ...this.#surroundings,
      onEjection: (name, { member, reason, forMs }) => tellEjected({ service: name, id: member.id, reason, forMs }),
      onReturn: (name, { id }) => tellReturned({ service: name, id }),
    });
    const { pool, live } = opened;
    const steps = [pool.onGone(onGone), pool.onPanic((panic) => tellPanic({ service: live.service, panic, endpoints: pool.size }))];
    return { caller, stopListening: () => steps.forEach((step) => step()) };
  }

  /** Names are matched without regard to case. */
  #own(service: string): ServiceOptions | undefined {
    const folded = service.toLowerCase();
    return Object.entries(this.#options.services ?? {}).find(([name]) => name.toLowerCase() === folded)?.[1];
  }

  #tidyNow(): void {
    this.#cancelTidying = undefined;
    this.#tidy(IDLE_MS_MAX, 0);
    if (this.#kept.size > 0) this.#cancelTidying = this.clock.after(IDLE_MS_MAX / 2, () => this.#tidyNow());
  }

  /** Lets go of those that were not called for `idleMs` and have no calls, the longest unused first, while there are more than `most`. */
  #tidy(idleMs: number, most: number): void {
    const beforeMs = this.clock.monotonicMs() - idleMs;
    const idle = [...this.#kept].filter(([, { caller, usedAtMs, holders }]) => usedAtMs <= beforeMs && holders === 0 && caller.calls === 0);
    for (const [service] of idle.toSorted(([, a], [, b]) => a.usedAtMs - b.usedAtMs)) {
      if (this.#kept.size <= most) return;
      this.#letGo(service);
    }
  }

  #letGo(service: string): void {
    const kept = this.#kept.get(service);
    if (kept === undefined) return;
    this.#kept.delete(service);
    kept.stopListening();
    kept.caller.close();
    kept.opened.close();
    for (const endpoint of kept.opened.pool.endpoints()) this.#surroundings.onGone(endpoint);
  }
}
