/**
 * Where the two may differ, as data, with the reason. Whatever is not here is a difference.
 */
import type { etcd } from '@rollcall/wire';
import type { Step } from './sequence.js';

export interface Excuse {
  readonly name: string;
  readonly reason: string;
  readonly covers: (step: Step, real: string, face: string) => boolean;
}

const twoReasons: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT: etcdserver: key not found',
  'NOT_FOUND: etcdserver: requested lease not found',
  'OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted',
  'OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision',
]);

export const excuses: readonly Excuse[] = [
  {
    name: 'which of two reasons',
    reason:
      'a transaction that is wrong in two places: etcd 3.4 looks at all puts before it looks at ranges; from 3.6 on, and here, the first one counts',
    covers: (step, real, face) => isTxn(step) && twoReasons.has(real) && twoReasons.has(face),
  },
];

/** What is refused here and not there: it is not sent to etcd, for afterwards the two logs would not be the same any more. */
export const unsent: readonly Excuse[] = [
  {
    name: 'written twice',
    reason:
      'a put and a deletion of the same key in one transaction are refused here wherever they stand; etcd overlooks it where the deletion has no end, and where it stands in a later nested transaction than the put, and then the key changes twice in one revision',
    covers: (step, _real, face) =>
      face === 'INVALID_ARGUMENT: etcdserver: duplicate key given in txn request' &&
      isTxn(step) &&
      !isPlain(step.request as etcd.TxnRequest),
  },
  {
    name: 'compared across the registry’s own keys',
    reason: 'a comparison of a range that holds for no missing key cannot leave out the middle of the range',
    covers: (_step, _real, face) => face.startsWith('INVALID_ARGUMENT: rollcall: A comparison of all keys reaches across'),
  },
];

function isTxn(step: Step): step is Step & { readonly kind: 'ask' } {
  return step.kind === 'ask' && step.call.path.endsWith('/Txn');
}

/** Within one list, where everybody sees it. */
function isPlain({ success, failure }: etcd.TxnRequest): boolean {
  return isPlainList(success) || isPlainList(failure);
}

function isPlainList(operations: readonly etcd.RequestOp[]): boolean {
  const puts = operations.flatMap(({ requestPut }) => (requestPut === null ? [] : [textOf(requestPut.key)]));
  const deletes = operations.flatMap(({ requestDeleteRange }) => (requestDeleteRange === null ? [] : [requestDeleteRange]));
  if (new Set(puts).size < puts.length) return true;
  if (puts.some((key) => deletes.some((one) => holds(one, key)))) return true;
  return operations.some(({ requestTxn }) => requestTxn !== null && isPlain(requestTxn));
}

function holds({ key, rangeEnd }: etcd.DeleteRangeRequest, text: string): boolean {
  const [from, to] = [textOf(key), textOf(rangeEnd)];
  if (to === '') return text === from;
  return to !== '\0' && text >= from && text < to;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
