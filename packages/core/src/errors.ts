/**
 * The catalogue of everything that Rollcall refuses, closed: a code that is not here cannot be thrown,
 * and whoever translates codes (a face to its protocol, the docs to prose) fails to compile or to pass
 * its test when one is added.
 */

export type ErrorCode =
  | 'aborted'
  | 'ambiguous-id'
  | 'conflict'
  | 'forbidden'
  | 'head-too-large'
  | 'host-not-allowed'
  | 'internal'
  | 'invalid-request'
  | 'lease-exists'
  | 'lease-not-found'
  | 'not-found'
  | 'not-ready'
  | 'origin-not-allowed'
  | 'outcome-unknown'
  | 'overloaded'
  | 'payload-too-large'
  | 'request-timeout'
  | 'revision-compacted'
  | 'revision-in-future'
  | 'store-closed'
  | 'store-corrupt'
  | 'store-failed'
  | 'store-full'
  | 'store-locked'
  | 'store-newer'
  | 'store-unavailable'
  | 'too-many-requests'
  | 'unauthenticated'
  | 'unknown-route'
  | 'unsupported-media-type';

/** What became of the thing that was asked for. */
export type Outcome = 'refused' | 'unknown';

export interface ErrorMeaning {
  readonly meaning: string;
  /** Asking again, unchanged and after a while, can succeed. */
  readonly retryable: boolean;
  /** `refused`: nothing happened. `unknown`: it may have happened; read, or repeat what is idempotent. */
  readonly outcome: Outcome;
}

export const errorCatalogue: Readonly<Record<ErrorCode, ErrorMeaning>> = {
  'aborted': { meaning: 'The caller gave up waiting.', retryable: true, outcome: 'unknown' },
  'ambiguous-id': { meaning: 'Several instances carry this id; name the service too.', retryable: false, outcome: 'refused' },
  'conflict': { meaning: 'Somebody else wrote the same at the same time.', retryable: true, outcome: 'refused' },
  'forbidden': { meaning: 'The caller is known, and may not do this.', retryable: false, outcome: 'refused' },
  'head-too-large': {
    meaning: 'The path and the headers of the request are larger than what is allowed.',
    retryable: false,
    outcome: 'refused',
  },
  'host-not-allowed': { meaning: 'The request names a host that this door does not answer for.', retryable: false, outcome: 'refused' },
  'internal': { meaning: 'A fault in Rollcall itself; its log says more.', retryable: false, outcome: 'unknown' },
  'invalid-request': { meaning: 'A field is missing, unknown or has a value that is not allowed.', retryable: false, outcome: 'refused' },
  'lease-exists': { meaning: 'A lease with this id is already granted.', retryable: false, outcome: 'refused' },
  'lease-not-found': { meaning: 'No lease has this id: it expired or was revoked.', retryable: false, outcome: 'refused' },
  'not-found': { meaning: 'Nothing is registered under this name.', retryable: false, outcome: 'refused' },
  'not-ready': { meaning: 'This node cannot answer yet, or no more: it is starting or stopping.', retryable: true, outcome: 'refused' },
  'origin-not-allowed': {
    meaning: 'A web page of another origin may not ask this registry.',
    retryable: false,
    outcome: 'refused',
  },
  'outcome-unknown': { meaning: 'The write may or may not have happened.', retryable: true, outcome: 'unknown' },
  'overloaded': {
    meaning: 'This node has more to do than it can; it serves what matters most first.',
    retryable: true,
    outcome: 'refused',
  },
  'payload-too-large': { meaning: 'The body is larger than what is allowed.', retryable: false, outcome: 'refused' },
  'request-timeout': { meaning: 'The request did not arrive whole in time.', retryable: true, outcome: 'refused' },
  'revision-compacted': { meaning: 'The history before this revision is gone.', retryable: false, outcome: 'refused' },
  'revision-in-future': { meaning: 'The log has not reached this revision.', retryable: true, outcome: 'refused' },
  'store-closed': { meaning: 'The store is closed.', retryable: false, outcome: 'refused' },
  'store-corrupt': { meaning: 'The store holds something that no Rollcall wrote there.', retryable: false, outcome: 'refused' },
  'store-failed': {
    meaning: 'The disk failed under a write; the store refuses writes until it is opened again.',
    retryable: false,
    outcome: 'refused',
  },
  'store-full': { meaning: 'There is no room for this write.', retryable: true, outcome: 'refused' },
  'store-locked': { meaning: 'Another process is using this store.', retryable: false, outcome: 'refused' },
  'store-newer': { meaning: 'A newer Rollcall wrote this store.', retryable: false, outcome: 'refused' },
  'store-unavailable': { meaning: 'The engine under the log does not answer.', retryable: true, outcome: 'refused' },
  'too-many-requests': { meaning: 'A limit on what runs at once is reached.', retryable: true, outcome: 'refused' },
  'unauthenticated': { meaning: 'The caller has not said who it is, or not so that it is believed.', retryable: false, outcome: 'refused' },
  'unknown-route': { meaning: 'This door has nothing at this path for this method.', retryable: false, outcome: 'refused' },
  'unsupported-media-type': { meaning: 'The body is not of a type that is understood here.', retryable: false, outcome: 'refused' },
};

export class RollcallError extends Error {
  override readonly name = 'RollcallError';
  readonly code: ErrorCode;
  /** For programs: the compacted revision, the field that was wrong, the process that holds the lock. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }

  get outcome(): Outcome {
    return errorCatalogue[this.code].outcome;
  }
}

/** Is this one of ours, and (when a code is named) that one? */
export function isRollcallError(error: unknown, code?: ErrorCode): error is RollcallError {
  return error instanceof RollcallError && (code === undefined || error.code === code);
}
