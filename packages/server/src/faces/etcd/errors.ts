/**
 * Everything that etcd refuses, byte for byte: its clients tell errors apart by their text. And our own errors in
 * those words.
 */
import { ANONYMOUS, RollcallError, type CommitRule, type ErrorCode } from '@rollcall/core';
import { GrpcFailure, grpcStatus, type GrpcStatusName } from '../../shared/grpc-face.js';

type Refusal = readonly [status: GrpcStatusName, text: string];

export type RefusalName =
  | 'authFailed'
  | 'authNotEnabled'
  | 'authUserEmpty'
  | 'badLeaderTransferee'
  | 'compacted'
  | 'corrupt'
  | 'duplicateKey'
  | 'electionNoLeader'
  | 'electionNotLeader'
  | 'emptyKey'
  | 'futureRevision'
  | 'invalidSortOption'
  | 'invalidToken'
  | 'keyNotFound'
  | 'leaderMissing'
  | 'leaseExists'
  | 'leaseNotFound'
  | 'leaseProvided'
  | 'leaseTtlTooLarge'
  | 'memberNotFound'
  | 'noLeader'
  | 'noSpace'
  | 'permissionDenied'
  | 'requestTooLarge'
  | 'sessionExpired'
  | 'stopped'
  | 'timedOut'
  | 'tooManyOperations'
  | 'tooManyRequests'
  | 'valueProvided'
  | 'watchCanceled';

const refusals: Readonly<Record<RefusalName, Refusal>> = {
  authFailed: ['INVALID_ARGUMENT', 'etcdserver: authentication failed, invalid user ID or password'],
  authNotEnabled: ['FAILED_PRECONDITION', 'etcdserver: authentication is not enabled'],
  authUserEmpty: ['INVALID_ARGUMENT', 'etcdserver: user name is empty'],
  badLeaderTransferee: ['FAILED_PRECONDITION', 'etcdserver: bad leader transferee'],
  compacted: ['OUT_OF_RANGE', 'etcdserver: mvcc: required revision has been compacted'],
  corrupt: ['DATA_LOSS', 'etcdserver: corrupt cluster'],
  duplicateKey: ['INVALID_ARGUMENT', 'etcdserver: duplicate key given in txn request'],
  electionNoLeader: ['UNKNOWN', 'election: no leader'],
  electionNotLeader: ['UNKNOWN', 'election: not leader'],
  emptyKey: ['INVALID_ARGUMENT', 'etcdserver: key is not provided'],
  futureRevision: ['OUT_OF_RANGE', 'etcdserver: mvcc: required revision is a future revision'],
  invalidSortOption: ['INVALID_ARGUMENT', 'etcdserver: invalid sort option'],
  invalidToken: ['UNAUTHENTICATED', 'etcdserver: invalid auth token'],
  keyNotFound: ['INVALID_ARGUMENT', 'etcdserver: key not found'],
  leaderMissing: ['UNKNOWN', '"leader" field must be provided'],
  leaseExists: ['FAILED_PRECONDITION', 'etcdserver: lease already exists'],
  leaseNotFound: ['NOT_FOUND', 'etcdserver: requested lease not found'],
  leaseProvided: ['INVALID_ARGUMENT', 'etcdserver: lease is provided'],
  leaseTtlTooLarge: ['OUT_OF_RANGE', 'etcdserver: too large lease TTL'],
  memberNotFound: ['NOT_FOUND', 'etcdserver: member not found'],
  noLeader: ['UNAVAILABLE', 'etcdserver: no leader'],
  noSpace: ['RESOURCE_EXHAUSTED', 'etcdserver: mvcc: database space exceeded'],
  permissionDenied: ['PERMISSION_DENIED', 'etcdserver: permission denied'],
  requestTooLarge: ['INVALID_ARGUMENT', 'etcdserver: request is too large'],
  sessionExpired: ['UNKNOWN', 'mutex: session is expired'],
  stopped: ['UNAVAILABLE', 'etcdserver: server stopped'],
  timedOut: ['UNAVAILABLE', 'etcdserver: request timed out'],
  tooManyOperations: ['INVALID_ARGUMENT', 'etcdserver: too many operations in txn request'],
  tooManyRequests: ['RESOURCE_EXHAUSTED', 'etcdserver: too many requests'],
  valueProvided: ['INVALID_ARGUMENT', 'etcdserver: value is provided'],
  watchCanceled: ['CANCELLED', 'etcdserver: watch canceled'],
};

export function refuse(name: RefusalName): GrpcFailure {
  const [status, text] = refusals[name];
  return new GrpcFailure(status, text);
}

/** What etcd has and a registry has not. */
export function unimplemented(what: string): GrpcFailure {
  return new GrpcFailure('UNIMPLEMENTED', `rollcall: ${what}`);
}

/** Where etcd has a word for it, its word; otherwise a status by which its clients act rightly, with our text. */
const words: Readonly<Record<ErrorCode, RefusalName | { readonly status: GrpcStatusName }>> = {
  'aborted': { status: 'CANCELLED' },
  'ambiguous-id': { status: 'FAILED_PRECONDITION' },
  'conflict': { status: 'ABORTED' },
  'forbidden': 'permissionDenied',
  'head-too-large': { status: 'RESOURCE_EXHAUSTED' },
  'host-not-allowed': { status: 'PERMISSION_DENIED' },
  'internal': { status: 'INTERNAL' },
  'invalid-request': { status: 'INVALID_ARGUMENT' },
  'lease-exists': 'leaseExists',
  'lease-not-found': 'leaseNotFound',
  // The only thing that a log does not find and would need: the key whose value or lease a put keeps.
  'not-found': 'keyNotFound',
  'not-ready': { status: 'UNAVAILABLE' },
  'origin-not-allowed': { status: 'PERMISSION_DENIED' },
  'outcome-unknown': 'timedOut',
  'overloaded': 'tooManyRequests',
  'payload-too-large': 'requestTooLarge',
  'request-timeout': 'timedOut',
  'revision-compacted': 'compacted',
  'revision-in-future': 'futureRevision',
  'store-closed': 'stopped',
  'store-corrupt': 'corrupt',
  'store-failed': { status: 'UNAVAILABLE' },
  'store-full': 'noSpace',
  'store-locked': { status: 'UNAVAILABLE' },
  'store-newer': { status: 'UNAVAILABLE' },
  // On an etcd that is away: what its clients ask again about, at another member.
  'store-unavailable': 'noLeader',
  'too-many-requests': 'tooManyRequests',
  'unauthenticated': 'invalidToken',
  'unknown-route': { status: 'UNIMPLEMENTED' },
  'unsupported-media-type': { status: 'INVALID_ARGUMENT' },
};

/** Whatever was thrown, as a client of etcd understands it. */
export function failureOf(thrown: unknown): GrpcFailure {
  if (thrown instanceof GrpcFailure) return thrown;
  const passed = wordOfEngine(thrown);
  if (passed !== null) return passed;
  if (!(thrown instanceof RollcallError)) return new GrpcFailure('INTERNAL', 'rollcall: a fault of its own; its log says more');
  if (thrown.code === 'invalid-request') {
    const rule = thrown.details['rule'] as CommitRule | undefined;
    if (rule !== undefined) return refuse(rules[rule]);
  }
  // Whoever may not do it hears etcd's word; whatever nobody may do has a reason, and that is said.
  if (thrown.code === 'forbidden' && thrown.details['right'] === undefined)
    return new GrpcFailure('PERMISSION_DENIED', `rollcall: ${thrown.message}`);
  if (thrown.code === 'unauthenticated' && thrown.details['identity'] === ANONYMOUS) return refuse('authUserEmpty');
  const word = words[thrown.code];
  return typeof word === 'string' ? refuse(word) : new GrpcFailure(word.status, `rollcall: ${thrown.message}`);
}

/** An engine that is itself an etcd says it best: its own word is passed on. */
function wordOfEngine(thrown: unknown): GrpcFailure | null {
  const { code, details } = (thrown instanceof RollcallError ? (thrown.cause ?? {}) : {}) as { code?: unknown; details?: unknown };
  if (typeof details !== 'string' || !details.startsWith('etcdserver: ')) return null;
  const status = statusNames.find((name) => grpcStatus[name] === code);
  return status === undefined ? null : new GrpcFailure(status, details);
}

const statusNames = Object.keys(grpcStatus) as GrpcStatusName[];

const rules: Readonly<Record<CommitRule, RefusalName>> = {
  'operations': 'tooManyOperations',
  'bytes': 'requestTooLarge',
  'empty-key': 'emptyKey',
  'written-twice': 'duplicateKey',
};
