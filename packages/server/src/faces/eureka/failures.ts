/** Refusals in Eureka's way: a status, a sentence for whoever looks, and nothing at all where a client would take it for an instance. */
import { isRollcallError, RollcallError, type ErrorCode } from '@rollcall/core';
import type { HttpAnswer, HttpHead } from '../../shared/http-face.js';

const statuses = {
  'aborted': 503,
  'ambiguous-id': 409,
  'conflict': 409,
  'forbidden': 403,
  'head-too-large': 431,
  'host-not-allowed': 421,
  'internal': 500,
  'invalid-request': 400,
  'lease-exists': 409,
  'lease-not-found': 404,
  'not-found': 404,
  'not-ready': 503,
  'origin-not-allowed': 403,
  'outcome-unknown': 503,
  'overloaded': 503,
  'payload-too-large': 413,
  'request-timeout': 408,
  'revision-compacted': 410,
  'revision-in-future': 409,
  'store-closed': 503,
  'store-corrupt': 500,
  'store-failed': 500,
  'store-full': 507,
  'store-locked': 500,
  'store-newer': 500,
  'store-unavailable': 503,
  'too-many-requests': 429,
  'unauthenticated': 401,
  'unknown-route': 404,
  'unsupported-media-type': 415,
} satisfies Record<ErrorCode, number>;

export function statusFor({ code }: Pick<RollcallError, 'code'>): number {
  return statuses[code];
}

export function failure(thrown: unknown, { method }: HttpHead): HttpAnswer {
  const error = isRollcallError(thrown) ? thrown : new RollcallError('internal', 'A fault in Rollcall itself; its log says more.');
  const challenge = error.code === 'unauthenticated' ? ['www-authenticate', 'Basic realm="rollcall"'] : [];
  const status = statusFor(error);
  // Java's clients read whatever comes back from a heartbeat as an instance, and never register again.
  if (method === 'PUT') return { status, headers: challenge, body: null };
  const sentence = error.code === 'internal' ? 'A fault in Rollcall itself; its log says more.' : error.message;
  return { status, headers: [...challenge, 'content-type', 'text/plain; charset=utf-8'], body: `${sentence}\n` };
}
