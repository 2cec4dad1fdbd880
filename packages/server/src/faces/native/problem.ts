/** Errors as RFC 9457 problem documents: a stable type, what happened, and what to do about it. */
import { errorCatalogue, isRollcallError, RollcallError, type ErrorCode } from '@rollcall/core';

/** Every code has its status: one that is missing here does not compile. */
const statuses = {
  'aborted': 503,
  'ambiguous-id': 409,
  'conflict': 409,
  'host-not-allowed': 421,
  'internal': 500,
  'invalid-request': 400,
  'lease-exists': 409,
  'lease-not-found': 404,
  'not-found': 404,
  'not-ready': 503,
  'outcome-unknown': 504,
  'payload-too-large': 413,
  'revision-compacted': 410,
  'revision-in-future': 409,
  'store-closed': 503,
  'store-corrupt': 500,
  'store-failed': 500,
  'store-full': 507,
  'store-locked': 503,
  'store-newer': 500,
  'too-many-requests': 429,
  'unknown-route': 404,
  'unsupported-media-type': 415,
} as const satisfies Record<ErrorCode, number>;

export interface Problem {
  readonly status: number;
  readonly body: object;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export function problemOf(error: RollcallError): Problem {
  const { code, details } = error;
  const status = statuses[code];
  const { meaning, retryable } = errorCatalogue[code];
  const body = {
    type: `urn:rollcall:error:${code}`,
    title: meaning,
    status,
    // Of our own faults the log tells more; a stranger has nothing to do with it.
    detail: code === 'internal' ? meaning : error.message,
    retryable,
    ...(details['problems'] === undefined ? {} : { problems: details['problems'] }),
    ...(details['candidates'] === undefined ? {} : { candidates: details['candidates'] }),
  };
  return { status, body };
}

/** Whatever was thrown, in our words. */
export function asRollcallError(error: unknown): RollcallError {
  if (isRollcallError(error)) return error;
  const { code, statusCode, message } = error as { readonly code?: string; readonly statusCode?: number; readonly message?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new RollcallError('payload-too-large', 'The body is larger than 1 MiB.');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new RollcallError('unsupported-media-type', 'Bodies are JSON here: send it with "content-type: application/json".');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new RollcallError('invalid-request', message ?? 'The request is malformed.');
  return new RollcallError('internal', String(error), {}, { cause: error });
}
