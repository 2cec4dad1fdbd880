/** What etcd and the way to it can answer instead of an answer, in our words. */
import { status, type ServiceError } from '@grpc/grpc-js';
import { isRollcallError, RollcallError, type ErrorCode } from '@rollcall/core';

export interface Trouble {
  readonly error: RollcallError;
  /** Another member may do better, or the same one in a moment. */
  readonly passing: boolean;
  /** It is certain that nothing happened. */
  readonly refused: boolean;
  /** The token that was sent along is not, or no longer, good. */
  readonly token?: true;
}

/** Texts of etcd, of which its clients too have to know what happened. */
const texts: readonly (readonly [RegExp, ErrorCode])[] = [
  [/required revision has been compacted/, 'revision-compacted'],
  [/required revision is a future revision/, 'revision-in-future'],
  [/requested lease not found/, 'lease-not-found'],
  [/lease already exists/, 'lease-exists'],
  [/etcdserver: key not found/, 'not-found'],
  [
    /key is not provided|duplicate key given|too many operations|request is too large|value is provided|lease is provided/,
    'invalid-request',
  ],
  [/database space exceeded/, 'store-full'],
  [/too many requests/, 'overloaded'],
];

/** As grpc-js words it when a call never left: nothing was sent, so nothing happened. */
const NEVER_SENT =
  /^No connection established|^Name resolution failed|ECONNREFUSED|^Channel has been shut down|^The channel has been closed/;

/** Members come and go, leaders change; whoever asks again finds another one. */
const passingCodes: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED, status.INTERNAL]);

export function troubleOf(thrown: unknown): Trouble {
  // Our own word for an address that leads to another cluster: whatever was done there, nothing happened here.
  if (isRollcallError(thrown, 'store-unavailable')) return { error: thrown, passing: true, refused: true };
  const { code, details } = thrown as Partial<ServiceError>;
  if (typeof code !== 'number' || typeof details !== 'string') throw thrown;
  const known = texts.find(([text]) => text.test(details));
  if (known !== undefined) {
    const error = new RollcallError(known[1], `etcd refuses: ${details}.`, {}, { cause: thrown });
    return { error, passing: known[1] === 'overloaded', refused: true };
  }
  if (code === status.UNAUTHENTICATED || /invalid auth token|auth store is old/.test(details)) {
    return { error: refusal(`etcd does not let this node in: ${details}.`, thrown), passing: false, refused: true, token: true };
  }
  if (code === status.PERMISSION_DENIED) {
    return { error: refusal(`etcd refuses: ${details}.`, thrown, { denied: true }), passing: false, refused: true };
  }
  if (!passingCodes.has(code)) return { error: refusal(`etcd refuses: ${details}.`, thrown), passing: false, refused: true };
  if (code === status.UNAVAILABLE && NEVER_SENT.test(details)) {
    return { error: unavailable(`etcd does not answer: ${details}.`, thrown), passing: true, refused: true };
  }
  const error = new RollcallError('outcome-unknown', `etcd did not answer whether it happened: ${details}.`, {}, { cause: thrown });
  return { error, passing: true, refused: false };
}

/** Somebody has to do something about it before asking again helps. */
function refusal(message: string, cause: unknown, more: { readonly denied?: true } = {}): RollcallError {
  return new RollcallError('store-unavailable', message, { standing: true, ...more }, { cause });
}

export function unavailable(message: string, cause?: unknown): RollcallError {
  return new RollcallError('store-unavailable', message, {}, cause === undefined ? {} : { cause });
}
