/** Calls over a clock that a test moves, to instances that do with each try what it says. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { instancesOf } from '../balancing/instances.fixture.js';
import type { Attempt } from './attempt.js';
import { callRules, type CallingOptions, type CallWishes } from './call-rules.js';
import { CallFailed } from './call-failed.js';
import { fakeService } from './fake-service.fixture.js';
import { ServiceCaller } from './service-caller.js';
import type { TriedCall } from './service-parts.js';
import { tryFailure } from './try-failure.js';

/** What an instance does with a try: an answer after a while, an error, or nothing. */
export type Behaviour = (attempt: Attempt) => void;

interface Setting {
  readonly size?: number;
  readonly options?: CallingOptions;
  readonly known?: boolean;
}

export function setting({ size = 3, options, known = true }: Setting = {}) {
  const clock = new SimulatedClock();
  const service = fakeService('payments', known ? instancesOf(size) : undefined, clock);
  const told: TriedCall[] = [];
  const ejected: string[] = [];
  const caller = new ServiceCaller(service, callRules(options), {
    clock,
    random: new SeededRandom(3),
    tracing: () => undefined,
    tellTried: () => (tried) => told.push(tried),
    onEjection: (_service, { member, reason }) => ejected.push(`${member.id} ${reason}`),
    onReturn: (_service, { id }) => ejected.push(`${id} back`),
  });
  /** Behaviours by try, in order; the last one goes on. */
  function call(behaviours: readonly Behaviour[], wishes: CallWishes = {}, nature: { idempotent?: boolean; replayable?: boolean } = {}) {
    const seen = {
      tries: [] as string[],
      cancelled: [] as string[],
      result: 'nothing yet' as string,
      error: undefined as Error | undefined,
    };
    const begun = caller.callService(wishes, {
      method: nature.idempotent === false ? 'POST' : 'GET',
      isIdempotent: nature.idempotent ?? true,
      isReplayable: () => nature.replayable ?? true,
      begin(attempt) {
        seen.tries.push(`${attempt.endpoint.id}@${clock.monotonicMs()}`);
        attempt.onCancel = () => seen.cancelled.push(attempt.endpoint.id);
        behaviours[Math.min(seen.tries.length, behaviours.length) - 1]?.(attempt);
        const { answered } = attempt;
        attempt.answered = (status, retryAfter) => {
          const isTaken = answered.call(attempt, status, retryAfter);
          if (isTaken) seen.result = `${status} from ${attempt.endpoint.id}`;
          return isTaken;
        };
      },
      failed(error) {
        seen.error = error;
        seen.result = error instanceof CallFailed ? error.reason : error.message;
      },
    });
    return { seen, begun, abort: (reason: Error) => begun.abort(reason) };
  }
  const answers =
    (status: number, afterMs = 0, retryAfter?: string): Behaviour =>
    (attempt) => {
      attempt.sent();
      clock.after(afterMs, () => {
        if (attempt.answered(status, retryAfter)) attempt.finished();
      });
    };
  const breaks =
    (code: string, wasSent: boolean): Behaviour =>
    (attempt) => {
      if (wasSent) attempt.sent();
      clock.after(1, () => attempt.failed(tryFailure(Object.assign(new Error(code), { code }), wasSent)));
    };
  const hangs: Behaviour = (attempt) => attempt.sent();
  return { clock, service, caller, told, ejected, call, answers, breaks, hangs, refuses: breaks('ECONNREFUSED', false) };
}
