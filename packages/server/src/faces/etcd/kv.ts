/** etcd's `KV`: ranges, puts, deletions, transactions, compaction. */
import { FIRST_REVISION, isRollcallError, type OperationResult } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { unaryMethod, type GrpcCall, type GrpcMethod } from '../../shared/grpc-face.js';
import { checkDelete, checkDeleteSize, checkPut, checkPutSize, checkRange, checkTxn, checkTxnSize } from './checks.js';
import { refuse } from './errors.js';
import { headerNow, storeOf, type EtcdHouse } from './house.js';
import { headerOf } from './identity.js';
import { rangeResponseOf, readingOf } from './ranges.js';
import { commitOf, deleteResponseOf, deletionOf, putOf, txnResponseOf } from './transaction.js';

const SERVICE = '/etcdserverpb.KV/';

export function kvMethods(house: EtcdHouse): readonly GrpcMethod[] {
  const kv = new Kv(house);
  const reads = { right: 'read', lane: 'read' } as const;
  const writes = { right: 'write', lane: 'register' } as const;
  const removes = { right: 'write', lane: 'deregister' } as const;
  return [
    unaryMethod({
      path: `${SERVICE}Range`,
      ...reads,
      request: etcd.rangeRequest,
      response: etcd.rangeResponse,
      handle: (request, call) => kv.range(request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Put`,
      ...writes,
      request: etcd.putRequest,
      response: etcd.putResponse,
      handle: (request, call) => kv.put(request, call),
    }),
    unaryMethod({
      path: `${SERVICE}DeleteRange`,
      ...removes,
      request: etcd.deleteRangeRequest,
      response: etcd.deleteRangeResponse,
      handle: (request, call) => kv.deleteRange(request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Txn`,
      // Whether it writes is seen when it is looked into.
      right: 'read',
      lane: 'register',
      request: etcd.txnRequest,
      response: etcd.txnResponse,
      handle: (request, call) => kv.txn(request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Compact`,
      right: 'operate',
      lane: 'register',
      request: etcd.compactionRequest,
      response: etcd.compactionResponse,
      handle: (request, call) => kv.compact(request, call),
    }),
  ];
}

class Kv {
  readonly #house: EtcdHouse;

  constructor(house: EtcdHouse) {
    this.#house = house;
  }

  async range(request: etcd.RangeRequest, call: GrpcCall): Promise<etcd.RangeResponse> {
    checkRange(request);
    const result = await storeOf(this.#house, call).range(readingOf(request), { signal: call.signal });
    return rangeResponseOf(request, result, headerOf(this.#house.identity, result.revision));
  }

  async put(request: etcd.PutRequest, call: GrpcCall): Promise<etcd.PutResponse> {
    checkPut(request);
    checkPutSize(request);
    const store = storeOf(this.#house, call);
    const { revision, results } = await store.commit({ then: [putOf(request)] }).catch(async (error: unknown) => {
      // Whether the lease is there is asked before the key is.
      if (request.lease !== 0n && isRollcallError(error, 'not-found')) await store.lease(request.lease);
      throw error;
    });
    const [result] = results;
    return { header: headerOf(this.#house.identity, revision), prevKv: request.prevKv && result?.type === 'put' ? result.previous : null };
  }

  async deleteRange(request: etcd.DeleteRangeRequest, call: GrpcCall): Promise<etcd.DeleteRangeResponse> {
    checkDelete(request);
    checkDeleteSize(request);
    const { revision, results } = await storeOf(this.#house, call).commit({ then: [deletionOf(request)] });
    const result = results[0] as OperationResult & { readonly type: 'delete' };
    return deleteResponseOf(request, result, headerOf(this.#house.identity, revision));
  }

  async txn(request: etcd.TxnRequest, call: GrpcCall): Promise<etcd.TxnResponse> {
    checkTxn(request);
    checkTxnSize(request);
    const result = await storeOf(this.#house, call).commit(commitOf(request));
    return txnResponseOf(request, result, headerOf(this.#house.identity, result.revision));
  }

  /** What a log begins with may be compacted, and is nothing. */
  async compact({ revision }: etcd.CompactionRequest, call: GrpcCall): Promise<etcd.HeaderOnly> {
    const status = await this.#house.log.status();
    if (revision > status.revision) throw refuse('futureRevision');
    const isBeginning = revision >= 0 && revision <= FIRST_REVISION && status.compactedRevision <= FIRST_REVISION;
    if (revision <= status.compactedRevision && !isBeginning) throw refuse('compacted');
    if (!isBeginning) await storeOf(this.#house, call).compact(revision);
    return { header: await headerNow(this.#house) };
  }
}
