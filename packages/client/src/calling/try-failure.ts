/** What went wrong with a try, from what the connection said. */
import type { Failure } from './attempt.js';
import { CallFailed } from './call-failed.js';

/** This machine has no more sockets, ports or memory for them: the instance cannot help that. */
const hereCodes: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

/** The connections were closed under it: the instance left, or the registry was closed. */
const closedCodes: ReadonlySet<string> = new Set(['UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

/** What was asked cannot be sent, to nobody. */
const requestCodes: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'ERR_INVALID_ARG_TYPE',
]);

const timeoutCodes: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
  'TRY_TIMEOUT',
]);

/** `wasSent`: the connection stood, and something may have reached the instance. */
export function tryFailure(error: Error, wasSent: boolean): Failure {
  const code = codeOf(error);
  if (requestCodes.has(code)) return { kind: 'reset', fault: 'request', error };
  if (hereCodes.has(code) || closedCodes.has(code)) return { kind: wasSent ? 'reset' : 'refused', fault: 'here', error };
  if (timeoutCodes.has(code) || error instanceof CallFailed) return { kind: 'timeout', fault: 'instance', error };
  return { kind: wasSent ? 'reset' : 'refused', fault: 'instance', error };
}

/** Of several addresses tried, the first complaint counts. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
