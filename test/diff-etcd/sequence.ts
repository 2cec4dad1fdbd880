/** What is asked: anything that etcd's API can say, over few keys, so that everything meets everything. */
import type { SeededRandom } from '@rollcall/conformance';
import { etcd } from '@rollcall/wire';
import type { Call } from './subject.js';

export type Step =
  | { readonly kind: 'ask'; readonly call: Call<never, object>; readonly request: object }
  | { readonly kind: 'keep'; readonly id: bigint }
  | { readonly kind: 'create'; readonly stream: number; readonly request: etcd.WatchCreateRequest }
  | { readonly kind: 'cancel'; readonly stream: number; readonly id: number }
  | { readonly kind: 'progress'; readonly stream: number }
  | { readonly kind: 'reopen'; readonly stream: number };

/** What is known of the log, as both sides told it. */
export interface Known {
  revision: number;
  compacted: number;
}

export const STREAMS = 3;

/** All that are ever granted here; a registry in a cluster has one of its own beside them. */
export const leaseIds: readonly bigint[] = [1n, 2n, 3n, 2n ** 53n + 1n, 2n ** 63n - 1n];

const names = ['a', 'a/1', 'a/2', 'b', 'b\u{ff}', 'b\u{ff}\u{ff}', 'c', '\0', '\0\0', 'zz', '\u{ff}', '\u{ff}\u{ff}'];
/** Few enough that what sorts alike stays in order: etcd's own sorting promises that only for a dozen. */
const keys: readonly Uint8Array[] = names.map(bytesOf);
const NONE = new Uint8Array(0);
const ZERO = Uint8Array.of(0);
/** Long enough never to run out while somebody looks. */
const TTL_S = 50_000;

const kv = '/etcdserverpb.KV/';
const lease = '/etcdserverpb.Lease/';
export const asked = {
  range: { path: `${kv}Range`, request: etcd.rangeRequest, response: etcd.rangeResponse },
  put: { path: `${kv}Put`, request: etcd.putRequest, response: etcd.putResponse },
  remove: { path: `${kv}DeleteRange`, request: etcd.deleteRangeRequest, response: etcd.deleteRangeResponse },
  txn: { path: `${kv}Txn`, request: etcd.txnRequest, response: etcd.txnResponse },
  compact: { path: `${kv}Compact`, request: etcd.compactionRequest, response: etcd.compactionResponse },
  grant: { path: `${lease}LeaseGrant`, request: etcd.leaseGrantRequest, response: etcd.leaseGrantResponse },
  revoke: { path: `${lease}LeaseRevoke`, request: etcd.leaseRevokeRequest, response: etcd.leaseRevokeResponse },
  look: { path: `${lease}LeaseTimeToLive`, request: etcd.leaseTimeToLiveRequest, response: etcd.leaseTimeToLiveResponse },
  leases: { path: `${lease}LeaseLeases`, request: etcd.leaseLeasesRequest, response: etcd.leaseLeasesResponse },
} as const;

/**
 * What a log begins with can be compacted once by an etcd, and any number of times here; once it is, at the first of these revisions,
 * there is no difference.
 */
export function prelude(revision: number): readonly Step[] {
  const puts = ['a', 'b', 'c'].map((key) => ask(asked.put, { ...etcd.putRequest.empty, key: bytesOf(key) }));
  return [...puts, ask(asked.compact, { revision, physical: false })];
}

export class Sequence {
  readonly #random: SeededRandom;
  readonly #known: Known;

  readonly #isLenient: boolean;

  /** `isLenient`: who asks for compacted history may be told more than an etcd would tell, so nobody asks for that. */
  constructor(random: SeededRandom, known: Known, isLenient: boolean) {
    this.#isLenient = isLenient;
    this.#random = random;
    this.#known = known;
  }

  next(): Step {
    const at = this.#random.below(1000);
    if (at < 200) return ask(asked.put, this.#put());
    if (at < 380) return ask(asked.range, this.#range());
    if (at < 470) return ask(asked.remove, this.#remove(true));
    if (at < 800) return ask(asked.txn, this.#txn(0));
    if (at < 900) return this.#lease();
    if (at < 903) return ask(asked.compact, { revision: this.#revision(), physical: this.#one([true, false]) });
    const stream = this.#random.below(STREAMS);
    if (at < 960) return { kind: 'create', stream, request: this.#create() };
    if (at < 990) return { kind: 'cancel', stream, id: this.#random.below(12) - 1 };
    return at < 996 ? { kind: 'progress', stream } : { kind: 'reopen', stream };
  }

  #one<Value>(values: readonly Value[]): Value {
    return values[this.#random.below(values.length)] as Value;
  }

  #chance(share: number): boolean {
    return this.#random.number() < share;
  }

  #key(): Uint8Array {
    return this.#chance(0.01) ? NONE : this.#one(keys);
  }

  /** Mostly none at all, or one behind the key. */
  #end(key: Uint8Array): Uint8Array {
    const at = this.#random.below(10);
    if (at < 3) return NONE;
    if (at < 5) return ZERO;
    if (at < 8) return prefixEnd(key);
    return this.#one(keys);
  }

  #value(): Uint8Array {
    return bytesOf(this.#one(['', '1', '2', 'x', '\u{ff}', 'a longer one']));
  }

  /** Past, present, future, compacted, and nonsense. */
  #revision(): number {
    const { revision, compacted } = this.#known;
    return this.#one([
      0,
      revision,
      revision,
      revision - this.#random.below(12),
      revision + 1,
      revision + 5,
      compacted,
      compacted - 1,
      compacted + 1,
      -1,
      1,
    ]);
  }

  #range(): etcd.RangeRequest {
    const key = this.#key();
    const sometimes = (value: number): number => (this.#chance(0.12) ? value : 0);
    return {
      key,
      rangeEnd: this.#end(key),
      limit: this.#one([0, 0, 0, 1, 2, 5, 100, -1]),
      revision: this.#chance(0.6) ? 0 : this.#revision(),
      sortOrder: this.#one(['NONE', 'NONE', 'NONE', 'ASCEND', 'DESCEND']),
      sortTarget: this.#one(['KEY', 'KEY', 'KEY', 'VERSION', 'CREATE', 'MOD', 'VALUE']),
      serializable: this.#chance(0.3),
      keysOnly: this.#chance(0.15),
      countOnly: this.#chance(0.1),
      minModRevision: sometimes(this.#revision()),
      maxModRevision: sometimes(this.#revision()),
      minCreateRevision: sometimes(this.#revision()),
      maxCreateRevision: sometimes(this.#revision()),
    };
  }

  #put(): etcd.PutRequest {
    const [ignoreValue, ignoreLease] = [this.#chance(0.08), this.#chance(0.08)];
    return {
      key: this.#key(),
      value: ignoreValue && this.#chance(0.8) ? NONE : this.#value(),
      lease: this.#chance(0.65) || (ignoreLease && this.#chance(0.8)) ? 0n : this.#leaseId(),
      prevKv: this.#chance(0.4),
      ignoreValue,
      ignoreLease,
    };
  }

  #remove(anyRange: boolean): etcd.DeleteRangeRequest {
    const key = this.#key();
    const rangeEnd = anyRange && !this.#chance(0.1) ? this.#end(key) : this.#one([NONE, NONE, prefixEnd(key)]);
    return { key, rangeEnd, prevKv: this.#chance(0.5) };
  }

  #txn(depth: number): etcd.TxnRequest {
    const compare = Array.from({ length: this.#random.below(3) }, () => this.#compare());
    const branch = (): etcd.RequestOp[] => Array.from({ length: this.#random.below(depth === 0 ? 6 : 4) }, () => this.#operation(depth));
    // Now and then too much of it.
    if (this.#chance(0.002)) return { compare, success: Array.from({ length: 129 }, () => this.#operation(9)), failure: [] };
    return { compare, success: branch(), failure: branch() };
  }

  #operation(depth: number): etcd.RequestOp {
    const nothing = { requestRange: null, requestPut: null, requestDeleteRange: null, requestTxn: null };
    const at = this.#random.below(100);
    if (at < 40) return { ...nothing, requestPut: this.#put() };
    if (at < 70) return { ...nothing, requestRange: this.#range() };
    if (at < 88) return { ...nothing, requestDeleteRange: this.#remove(false) };
    if (at < 99) return depth < 3 ? { ...nothing, requestTxn: this.#txn(depth + 1) } : { ...nothing, requestRange: this.#range() };
    return nothing;
  }

  #compare(): etcd.Compare {
    const key = this.#key();
    const target = this.#one(['VERSION', 'CREATE', 'MOD', 'VALUE', 'LEASE'] as const);
    const rangeEnd = this.#chance(0.7) ? NONE : this.#end(key);
    const result = this.#one(['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL'] as const);
    const compare = { ...etcd.compare.empty, result, target, key, rangeEnd };
    switch (target) {
      case 'VERSION':
        return { ...compare, version: this.#random.below(3) };
      case 'CREATE':
        return { ...compare, createRevision: Math.max(0, this.#revision()) };
      case 'MOD':
        return { ...compare, modRevision: Math.max(0, this.#revision()) };
      case 'VALUE':
        return { ...compare, value: this.#value() };
      case 'LEASE':
        return { ...compare, lease: this.#leaseId() };
    }
  }

  #startRevision(): number {
    const revision = Math.max(0, this.#revision());
    return this.#isLenient && revision > 0 ? Math.max(revision, this.#known.compacted) : revision;
  }

  #leaseId(): bigint {
    return this.#one(leaseIds);
  }

  #lease(): Step {
    const id = this.#leaseId();
    const at = this.#random.below(10);
    if (at < 4) return ask(asked.grant, { id, ttl: this.#one([TTL_S, TTL_S + 7, TTL_S, TTL_S, 9_000_000_001]) });
    if (at < 6) return ask(asked.revoke, { id });
    if (at < 8) return ask(asked.look, { id, keys: this.#chance(0.7) });
    return at < 9 ? ask(asked.leases, {}) : { kind: 'keep', id };
  }

  #create(): etcd.WatchCreateRequest {
    const key = this.#key();
    return {
      key,
      rangeEnd: this.#end(key),
      startRevision: this.#chance(0.7) ? 0 : this.#startRevision(),
      progressNotify: false,
      filters: this.#one([[], [], [], [], ['NOPUT'], ['NODELETE'], ['NOPUT', 'NODELETE']]),
      prevKv: this.#chance(0.5),
      watchId: this.#chance(0.7) ? 0 : this.#random.below(8),
      fragment: this.#chance(0.3),
    };
  }
}

function ask<Request extends object, Response extends object>(call: Call<Request, Response>, request: Request): Step {
  return { kind: 'ask', call: call as unknown as Call<never, object>, request };
}

function prefixEnd(key: Uint8Array): Uint8Array {
  for (let at = key.length - 1; at >= 0; at--) {
    const byte = key[at] as number;
    if (byte < 0xff) return Uint8Array.from([...key.subarray(0, at), byte + 1]);
  }
  return ZERO;
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
