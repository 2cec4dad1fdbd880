/** etcd's `KV`: ranges, puts, deletions, transactions, compaction. */
import { isRollcallError, type Commit, type CommitResult, type OperationResult, type Store } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { streamMethod, unaryMethod, type GrpcCall, type GrpcMethod } from '../../shared/grpc-face.js';
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
  const writes = { right: 'write', lane: 'write' } as const;
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
      ...writes,
      request: etcd.deleteRangeRequest,
      response: etcd.deleteRangeResponse,
      handle: (request, call) => kv.deleteRange(request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Txn`,
      // Whether it writes is seen when it is looked into.
      right: 'read',
      lane: 'write',
      request: etcd.txnRequest,
      response: etcd.txnResponse,
      handle: (request, call) => kv.txn(request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Compact`,
      right: 'operate',
      lane: 'write',
      request: etcd.compactionRequest,
      response: etcd.compactionResponse,
      handle: (request, call) => kv.compact(request, call),
    }),
  ];
}

export class Kv {
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
    const { revision, results } = await this.#commit(store, { then: [putOf(request)] }).catch(async (error: unknown) => {
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
    const { revision, results } = await this.#commit(storeOf(this.#house, call), { then: [deletionOf(request)] });
    const result = results[0] as OperationResult & { readonly type: 'delete' };
    return deleteResponseOf(request, result, headerOf(this.#house.identity, revision));
  }

  async txn(request: etcd.TxnRequest, call: GrpcCall): Promise<etcd.TxnResponse> {
    checkTxn(request);
    checkTxnSize(request);
    const result = await this.#commit(storeOf(this.#house, call), commitOf(request));
    return txnResponseOf(request, result, headerOf(this.#house.identity, result.revision));
  }

  async compact({ revision }: etcd.CompactionRequest, call: GrpcCall): Promise<etcd.HeaderOnly> {
    const store = storeOf(this.#house, call);
    const status = await store.status();
    if (revision > status.revision) throw refuse('futureRevision');
    if (revision < 0 || (revision > 0 && revision <= compactedTo(status.compactedRevision))) throw refuse('compacted');
    if (revision > 0) await store.compact(revision);
    return { header: await headerNow(this.#house, store) };
  }

  /** Nobody else has the bytes of a request, and whoever stops waiting for a write gets no other answer than none. */
  async #commit(store: Store, commit: Commit): Promise<CommitResult> {
    try {
      return await store.commit(commit);
    } catch (error) {
      if (isRollcallError(error, 'invalid-request')) throw wordFor(error.details['rule']) ?? error;
      throw error;
    }
  }
}
