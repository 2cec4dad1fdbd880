/** What this protocol refuses, and how it says so: a status and one line of plain text, which clients show and search. */
import { isRollcallError, type ErrorCode } from '@rollcall/core';
import type { HttpAnswer } from '../../shared/http-face.js';

export class ConsulRefusal extends Error {
  override readonly name = 'ConsulRefusal';
  readonly status: number;
  /** Names and values in turns, besides the usual ones. */
  readonly headers: readonly string[];

  constructor(status: number, text: string, headers: readonly string[] = [], options?: ErrorOptions) {
    super(text, options);
    this.status = status;
    this.headers = headers;
  }
}

/** What Consul itself says while it cannot answer; clients know to come again. */
export const NO_LEADER = 'No cluster leader';

/**
 * A status for each code. Clients take 404 and everything from 500 on at a heartbeat as a reason to register again, so that what
 * only means "not now" must be neither.
 */
const statuses = {
  'aborted': 500,
  'ambiguous-id': 400,
  'conflict': 500,
  'forbidden': 403,
  'head-too-large': 431,
  'host-not-allowed': 403,
  'internal': 500,
  'invalid-request': 400,
  'lease-exists': 500,
  'lease-not-found': 404,
  'not-found': 404,
  'not-ready': 500,
  'origin-not-allowed': 403,
  'outcome-unknown': 500,
  'overloaded': 429,
  'payload-too-large': 413,
  'request-timeout': 408,
  'revision-compacted': 500,
  'revision-in-future': 500,
  'store-closed': 500,
  'store-corrupt': 500,
  'store-failed': 500,
  'store-full': 500,
  'store-locked': 500,
  'store-newer': 500,
  'store-unavailable': 500,
  'too-many-requests': 429,
  'unauthenticated': 403,
  'unknown-route': 404,
  'unsupported-media-type': 400,
} as const satisfies Record<ErrorCode, number>;

/** Said before our own words, where clients look for Consul's. */
const known: Partial<Record<ErrorCode, string>> = {
  'forbidden': 'Permission denied',
  'not-ready': NO_LEADER,
  'store-unavailable': NO_LEADER,
  'unauthenticated': 'ACL not found',
};

export function refusalOf(thrown: unknown): ConsulRefusal {
  if (thrown instanceof ConsulRefusal) return thrown;
  if (!isRollcallError(thrown)) return new ConsulRefusal(500, 'Internal error; the log of the registry says more.', [], { cause: thrown });
  const prefix = known[thrown.code];
  const text = prefix === undefined ? thrown.message : `${prefix}: ${thrown.message}`;
  const status = statuses[thrown.code];
  return new ConsulRefusal(status, text, status === 429 ? ['Retry-After', '1'] : [], { cause: thrown });
}

export function refusalAnswer({ status, message, headers }: ConsulRefusal, usual: readonly string[]): HttpAnswer {
  return { status, headers: [...usual, ...headers, 'content-type', 'text/plain; charset=utf-8'], body: message };
}
