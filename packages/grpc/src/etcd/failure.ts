/** What an etcd, or the way to it, answers instead of an answer. */
import type { GrpcError } from './grpc-module.js';

export class EtcdFailure extends Error {
  override readonly name = 'EtcdFailure';
  /** As gRPC numbers them: 14 where nobody answers, 7 where it is not permitted. */
  readonly code: number;
  /** It may go well later, without anybody mending anything. */
  readonly retryable: boolean;
  /** The token that was sent along is not, or no longer, good. */
  readonly isOfToken: boolean;

  /** @internal */
  constructor(message: string, { code, retryable, isOfToken = false }: EtcdFailureKind, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = retryable;
    this.isOfToken = isOfToken;
  }
}

interface EtcdFailureKind {
  readonly code: number;
  readonly retryable: boolean;
  readonly isOfToken?: boolean;
}

/** gRPC's own numbers. */
const CANCELLED = 1;
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** Members come and go, leaders change; whoever asks again finds another one. */
const passing: ReadonlySet<number> = new Set([CANCELLED, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE]);

export function failureOf(thrown: unknown): EtcdFailure {
  if (thrown instanceof EtcdFailure) return thrown;
  const { code = UNKNOWN, details = String(thrown) } = thrown as Partial<GrpcError>;
  const isOfToken = code === UNAUTHENTICATED || /invalid auth token|auth store is old|user name is empty/.test(details);
  const retryable = passing.has(code) || (code === RESOURCE_EXHAUSTED && /too many requests/.test(details));
  const message = retryable ? `etcd does not answer: ${details}.` : `etcd refuses: ${details}.`;
  return new EtcdFailure(message, { code, retryable, isOfToken }, { cause: thrown });
}

/** An etcd that keeps its doors open, asked who comes in. */
export function isOpenToAll(error: unknown): boolean {
  return /authentication is not enabled/.test((error as Partial<GrpcError>).details ?? '');
}

/** The lease that was named is gone. */
export function isLeaseGone(error: unknown): boolean {
  return error instanceof EtcdFailure && error.code === NOT_FOUND;
}

export function leaseLost(): EtcdFailure {
  return new EtcdFailure('etcd did not hear of it for as long as its lease was, or lost the lease.', { code: NOT_FOUND, retryable: true });
}

export function unanswered(message: string): EtcdFailure {
  return new EtcdFailure(message, { code: UNAVAILABLE, retryable: true });
}

/** etcd says so in words, without a number; where users have tokens it may be the token that is too old. */
export function watchRefused(reason: string): EtcdFailure {
  const isOfRights = /permission denied|auth token|auth store/.test(reason);
  return new EtcdFailure(`etcd ended the watch: ${reason}.`, {
    code: isOfRights ? PERMISSION_DENIED : UNAVAILABLE,
    retryable: !isOfRights,
    isOfToken: isOfRights,
  });
}
