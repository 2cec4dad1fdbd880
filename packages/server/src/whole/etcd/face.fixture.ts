/** The etcd face over a log in memory, asked as its door asks it: messages are encoded and decoded on the way. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { everything, openAccess, type AccessControl, type Caller, type Log, type Store } from '@rollcall/core';
import { etcd, type Message } from '@rollcall/wire';
import { identityOf } from '../../faces/etcd/identity.js';
import type { GoneKeysShelf } from '../../faces/etcd/quiet-ranges.js';
import { etcdServices, type EtcdServices } from '../../faces/etcd/services.js';
import type { GrpcCall, GrpcOutlet, GrpcStreamMethod, GrpcUnaryMethod } from '../../shared/grpc-face.js';
import { openMemoryStore } from '../../stores/memory/store.js';

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const anyone: Caller = { identity: 'test', may: everything, from: '127.0.0.1', face: 'etcd' };

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function text(from: Uint8Array): string {
  return String.fromCharCode(...from);
}

/** Every change of a field has a default: a question is what differs from nothing. */
type Asked<Value> = { readonly [Name in keyof Value]?: Value[Name] };

/** What is heard on a stream, and how fast it is taken. */
class Listener<Response> implements GrpcOutlet<Response> {
  readonly heard: Response[] = [];
  failure: unknown = null;
  isEnded = false;
  waitingBytes = 0;
  /** Whether what is written is taken at once. */
  takes = true;
  #listeners: (() => void)[] = [];
  readonly #decode: (bytes: Uint8Array) => Response;
  readonly #encode: (response: Response) => Uint8Array;

  constructor(codec: { decode(bytes: Uint8Array): Response; encode(response: Response): Uint8Array }) {
    this.#decode = (encoded) => codec.decode(encoded);
    this.#encode = (response) => codec.encode(response);
  }

  write(response: Response): void {
    this.writeEncoded(this.#encode(response));
  }

  writeEncoded(encoded: Uint8Array): void {
    if (!this.takes) this.waitingBytes += encoded.length;
    this.heard.push(this.#decode(encoded));
  }

  whenTaken(listener: () => void): void {
    if (this.takes) listener();
    else this.#listeners.push(listener);
  }

  take(): void {
    this.waitingBytes = 0;
    this.takes = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  end(): void {
    this.isEnded = true;
  }

  fail(error: unknown): void {
    this.failure = error;
  }
}

export interface Spoken<Request, Response> {
  readonly listener: Listener<Response>;
  say(request: Asked<Request>): Promise<void>;
  ended(): void;
  close(): void;
}

export interface FixtureOptions {
  readonly access?: AccessControl;
  readonly store?: Store;
  readonly shelf?: GoneKeysShelf;
  readonly log?: Log;
}

export class EtcdFixture {
  readonly store: Store;
  readonly clock: SimulatedClock;
  readonly services: EtcdServices;
  #caller: Caller = anyone;

  private constructor(store: Store, clock: SimulatedClock, services: EtcdServices) {
    this.store = store;
    this.clock = clock;
    this.services = services;
  }

  static async open({ access = openAccess, store, shelf, log: told = silent }: FixtureOptions = {}): Promise<EtcdFixture> {
    const clock = new SimulatedClock();
    const random = new SeededRandom(1);
    const log = store ?? (await openMemoryStore({ clock, random }));
    const { epoch } = await log.status();
    const services = etcdServices({
      store: log,
      storeFor: () => log,
      access,
      identity: identityOf(epoch, 'node-1'),
      version: '3.6.0',
      clientUrls: () => ['http://127.0.0.1:2379'],
      isServing: () => true,
      clock,
      random,
      log: told,
      shelf,
    });
    return new EtcdFixture(log, clock, services);
  }

  as(caller: Caller): this {
    this.#caller = caller;
    return this;
  }

  async ask<Request, Response>(
    path: string,
    request: Message<Request>,
    response: Message<Response>,
    asked: Asked<Request>,
  ): Promise<Response> {
    const method = this.#method(path) as GrpcUnaryMethod;
    const sent = request.encode({ ...request.empty, ...asked });
    const answer = await method.handle(method.request.decode(sent), this.#call());
    return response.decode(method.response.encode(answer));
  }

  /** How the face words what went wrong; fails if nothing did. */
  async refusal(asked: Promise<unknown>): Promise<string> {
    const error: unknown = await asked.then(
      (answer) => Promise.reject(new Error(`It was answered: ${String(answer)}`)),
      (thrown: unknown) => thrown,
    );
    const { status, message } = this.services.face.failed(error);
    return `${status}: ${message}`;
  }

  open<Request, Response>(path: string, request: Message<Request>, response: Message<Response>): Spoken<Request, Response> {
    const method = this.#method(path) as GrpcStreamMethod;
    const listener = new Listener(response);
    const inlet = method.open(listener, this.#call());
    return {
      listener,
      say: async (asked) => {
        await inlet.received(method.request.decode(request.encode({ ...request.empty, ...asked })));
        await new Promise((later) => setImmediate(later));
      },
      ended: () => inlet.ended(),
      close: () => inlet.closed(),
    };
  }

  put(key: string, value = '', more: Asked<etcd.PutRequest> = {}): Promise<etcd.PutResponse> {
    return this.ask('/etcdserverpb.KV/Put', etcd.putRequest, etcd.putResponse, { key: bytes(key), value: bytes(value), ...more });
  }

  range(key: string, rangeEnd = '', more: Asked<etcd.RangeRequest> = {}): Promise<etcd.RangeResponse> {
    const asked = { key: bytes(key), rangeEnd: bytes(rangeEnd), ...more };
    return this.ask('/etcdserverpb.KV/Range', etcd.rangeRequest, etcd.rangeResponse, asked);
  }

  remove(key: string, rangeEnd = '', more: Asked<etcd.DeleteRangeRequest> = {}): Promise<etcd.DeleteRangeResponse> {
    const asked = { key: bytes(key), rangeEnd: bytes(rangeEnd), ...more };
    return this.ask('/etcdserverpb.KV/DeleteRange', etcd.deleteRangeRequest, etcd.deleteRangeResponse, asked);
  }

  txn(asked: Asked<etcd.TxnRequest>): Promise<etcd.TxnResponse> {
    return this.ask('/etcdserverpb.KV/Txn', etcd.txnRequest, etcd.txnResponse, asked);
  }

  compact(revision: number): Promise<etcd.HeaderOnly> {
    return this.ask('/etcdserverpb.KV/Compact', etcd.compactionRequest, etcd.compactionResponse, { revision });
  }

  grant(ttl: number, id = 0n): Promise<etcd.LeaseGrantResponse> {
    return this.ask('/etcdserverpb.Lease/LeaseGrant', etcd.leaseGrantRequest, etcd.leaseGrantResponse, { ttl, id });
  }

  watching(): Spoken<etcd.WatchRequest, etcd.WatchResponse> {
    return this.open('/etcdserverpb.Watch/Watch', etcd.watchRequest, etcd.watchResponse);
  }

  #call(): GrpcCall {
    return { caller: this.#caller, metadata: { get: () => undefined }, signal: new AbortController().signal };
  }

  #method(path: string): EtcdServices['face']['methods'][number] {
    const method = this.services.face.methods.find((one) => one.path === path);
    if (method === undefined) throw new Error(`The face has no ${path}.`);
    return method;
  }
}

export const noOperation: etcd.RequestOp = { requestRange: null, requestPut: null, requestDeleteRange: null, requestTxn: null };

export function putOperation(key: string, more: Asked<etcd.PutRequest> = {}): etcd.RequestOp {
  return { ...noOperation, requestPut: { ...etcd.putRequest.empty, key: bytes(key), ...more } };
}

export function removeOperation(key: string, rangeEnd = ''): etcd.RequestOp {
  return { ...noOperation, requestDeleteRange: { key: bytes(key), rangeEnd: bytes(rangeEnd), prevKv: false } };
}

export function create(key: string, rangeEnd = '', more: Asked<etcd.WatchCreateRequest> = {}): Asked<etcd.WatchRequest> {
  return { createRequest: { ...etcd.watchCreateRequest.empty, key: bytes(key), rangeEnd: bytes(rangeEnd), ...more } };
}
