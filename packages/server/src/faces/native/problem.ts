/** Errors as RFC 9457 problem documents: a stable type, what happened, and what to do about it. */
import { missingCheckAdvice, problemAdvice, problemStatuses, problemType } from '@rollcall/contract';
import { errorCatalogue, isRollcallError, RollcallError, type ErrorCode } from '@rollcall/core';

export { PROBLEM_MEDIA_TYPE } from '@rollcall/contract';

/** A code of the catalogue without a status in the contract does not compile; that there is no other one, a test says. */
const statuses: Readonly<Record<ErrorCode, number>> = problemStatuses;

export interface Problem {
  readonly status: number;
  readonly body: object;
}

export function problemOf(error: RollcallError): Problem {
  const { code, details } = error;
  const status = statuses[code];
  const { meaning, retryable } = errorCatalogue[code];
  const body = {
    type: problemType(code),
    title: meaning,
    status,
    // Of our own faults the log tells more; a stranger has nothing to do with it.
    detail: code === 'internal' ? meaning : error.message,
    advice: details['check'] === undefined ? problemAdvice[code] : missingCheckAdvice,
    retryable,
    ...(details['problems'] === undefined ? {} : { problems: details['problems'] }),
    ...(details['candidates'] === undefined ? {} : { candidates: details['candidates'] }),
  };
  return { status, body };
}

/** What RFC 6750 wants to be said with 401 and 403: that a token would help, or why this one did not. */
export function challengeOf({ code, details }: RollcallError): readonly string[] {
  if (code === 'forbidden') return ['www-authenticate', 'Bearer realm="rollcall", error="insufficient_scope"'];
  if (code !== 'unauthenticated') return [];
  return ['www-authenticate', details['shown'] === true ? 'Bearer realm="rollcall", error="invalid_token"' : 'Bearer realm="rollcall"'];
}

/** Whatever was thrown, in our words. */
export function asRollcallError(error: unknown): RollcallError {
  if (isRollcallError(error)) return error;
  return new RollcallError('internal', String(error), {}, { cause: error });
}
