/** Refusals in Eureka's way: a status, a sentence for whoever looks, and nothing at all where a client would take it for an instance. */
import { problemStatuses } from '@rollcall/contract';
import { isRollcallError, RollcallError, type ErrorCode } from '@rollcall/core';
import type { HttpAnswer, HttpHead } from '../../shared/http-face.js';

/** What people say of an instance: nobody reads those answers but they. */
const fromOutside = /\/apps\/+[^/?]+\/+[^/?]+\/+(?:status|metadata)\/*(?:\?|$)/i;

/** As a real server says it. */
const NOT_FOUND = 404;

/** The native API's: what differs is only how it is said. A code of the catalogue without a status there does not compile. */
const statuses: Readonly<Record<ErrorCode, number>> = problemStatuses;

export function statusFor({ code }: Pick<RollcallError, 'code'>): number {
  return statuses[code];
}

export function failure(thrown: unknown, { method, url = '' }: HttpHead): HttpAnswer {
  const error = isRollcallError(thrown) ? thrown : new RollcallError('internal', 'A fault in Rollcall itself; its log says more.');
  const challenge = error.code === 'unauthenticated' ? ['www-authenticate', 'Basic realm="rollcall"'] : [];
  const status = statusFor(error);
  // Java's clients read whatever comes back from a heartbeat as an instance, and never register again.
  if (method === 'PUT' && (status === NOT_FOUND || !fromOutside.test(url))) return { status, headers: challenge, body: null };
  const sentence = error.code === 'internal' ? 'A fault in Rollcall itself; its log says more.' : error.message;
  return { status, headers: [...challenge, 'content-type', 'text/plain; charset=utf-8'], body: `${sentence}\n` };
}
