/** One call over several ways to a registry: tried at one after the other, as far as trying again is safe. */
import type { Deadline } from './deadline.js';
import { RegistryProblem } from './registry-problem.js';
import type { Request } from './transport.js';
import { Unanswered } from './unanswered.js';

/** A way has at least so long to answer, however many there are: slower than that is a registry in trouble. */
const TRY_MS_MIN = 1000;

/** Who does not answer, or says itself that it cannot, may have neighbours that can. */
export function sendsElsewhere(error: unknown): error is Unanswered | RegistryProblem {
  return error instanceof Unanswered || (error instanceof RegistryProblem && error.status === 503);
}

/** Nothing happened, or what happened may happen again. */
export function mayGoElsewhere(error: Unanswered | RegistryProblem, repeatable: boolean): boolean {
  return repeatable || (error instanceof Unanswered ? error.outcome === 'refused' : error.code !== 'outcome-unknown');
}

/** How long one of them may take, so that the others get their turn; `undefined`: whatever there is. `waitMs`: what the registry was asked to wait. */
export function tryMs(
  leftMs: number,
  waysLeft: number,
  { repeatable, waitMs = 0 }: Pick<Request, 'repeatable' | 'waitMs'>,
): number | undefined {
  return waysLeft > 1 && repeatable ? Math.max(leftMs / waysLeft, waitMs + TRY_MS_MIN) : undefined;
}

/** Whose patience ended: that of the one try, or of the call? */
export function endedEarly(deadline: Deadline | null, call: AbortSignal): boolean {
  return deadline?.isOver === true && !call.aborted;
}
