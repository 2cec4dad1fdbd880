/** etcd's `Lease`: granted, kept, revoked, looked at. */
import { isRollcallError, type Store } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { streamMethod, unaryMethod, type GrpcCall, type GrpcInlet, type GrpcMethod, type GrpcOutlet } from '../../shared/grpc-face.js';
import { refuse } from './errors.js';
import { headerNow, storeOf, type EtcdHouse } from './house.js';

const SERVICE = '/etcdserverpb.Lease/';

/** What an etcd as it comes raises shorter ones to: one and a half of its election timeouts, in whole seconds. */
const TTL_MIN_S = 2;
const TTL_MAX_S = 9_000_000_000;

/** Asked on one stream and not answered yet: then it is not listened to for a moment. */
const KEEPS_UNDER_WAY_MAX = 256;

export function leaseMethods(house: EtcdHouse): readonly GrpcMethod[] {
  const leases = new Leases(house);
  const looks = { right: 'read', lane: 'read' } as const;
  return [
    unaryMethod({
      path: `${SERVICE}LeaseGrant`,
      right: 'write',
      lane: 'register',
      request: etcd.leaseGrantRequest,
      response: etcd.leaseGrantResponse,
      handle: (request, call) => leases.grant(request, call),
    }),
    unaryMethod({
      path: `${SERVICE}LeaseRevoke`,
      right: 'write',
      lane: 'deregister',
      request: etcd.leaseRevokeRequest,
      response: etcd.leaseRevokeResponse,
      handle: (request, call) => leases.revoke(request, call),
    }),
    streamMethod({
      path: `${SERVICE}LeaseKeepAlive`,
      right: 'write',
      lane: 'heartbeat',
      request: etcd.leaseKeepAliveRequest,
      response: etcd.leaseKeepAliveResponse,
      open: (outlet, call) => new KeepAliveStream(house, outlet, call),
    }),
    unaryMethod({
      path: `${SERVICE}LeaseTimeToLive`,
      ...looks,
      request: etcd.leaseTimeToLiveRequest,
      response: etcd.leaseTimeToLiveResponse,
      handle: (request, call) => leases.timeToLive(request, call),
    }),
    unaryMethod({
      path: `${SERVICE}LeaseLeases`,
      ...looks,
      request: etcd.leaseLeasesRequest,
      response: etcd.leaseLeasesResponse,
      handle: (_request, call) => leases.all(call),
    }),
  ];
}

class Leases {
  readonly #house: EtcdHouse;

  constructor(house: EtcdHouse) {
    this.#house = house;
  }

  async grant({ ttl, id }: etcd.LeaseGrantRequest, call: GrpcCall): Promise<etcd.LeaseGrantResponse> {
    if (ttl > TTL_MAX_S) throw refuse('leaseTtlTooLarge');
    const store = storeOf(this.#house, call);
    const ttlMs = Math.max(ttl, TTL_MIN_S) * 1000;
    const granted = await store.grantLease(id === 0n ? { ttlMs } : { ttlMs, id });
    return { header: await headerNow(this.#house), id: granted.id, ttl: secondsOf(granted.ttlMs), error: '' };
  }

  async revoke({ id }: etcd.LeaseIdRequest, call: GrpcCall): Promise<etcd.HeaderOnly> {
    const store = storeOf(this.#house, call);
    await store.revokeLease(id);
    return { header: await headerNow(this.#house) };
  }

  async timeToLive({ id, keys }: etcd.LeaseTimeToLiveRequest, call: GrpcCall): Promise<etcd.LeaseTimeToLiveResponse> {
    const store = storeOf(this.#house, call);
    const lease = await found(store.lease(id));
    const header = await headerNow(this.#house);
    if (lease === null) return { header, id, ttl: -1, grantedTtl: 0, keys: [] };
    const ttl = Math.max(0, Math.floor(lease.remainingMs / 1000));
    return { header, id, ttl, grantedTtl: secondsOf(lease.ttlMs), keys: keys ? lease.keys : [] };
  }

  async all(call: GrpcCall): Promise<etcd.LeaseLeasesResponse> {
    const store = storeOf(this.#house, call);
    const ids = await store.leases();
    return { header: await headerNow(this.#house), leases: ids.map((id) => ({ id })) };
  }
}

/** Answers in the order of the questions: not every client looks at the ids. */
class KeepAliveStream implements GrpcInlet<etcd.LeaseIdRequest> {
  readonly #house: EtcdHouse;
  readonly #outlet: GrpcOutlet<etcd.LeaseKeepAliveResponse>;
  readonly #store: Store;
  #underWay = 0;
  #answered: Promise<void> = Promise.resolve();
  #isEnded = false;
  #isClosed = false;

  constructor(house: EtcdHouse, outlet: GrpcOutlet<etcd.LeaseKeepAliveResponse>, call: GrpcCall) {
    this.#house = house;
    this.#outlet = outlet;
    this.#store = storeOf(house, call);
  }

  received({ id }: etcd.LeaseIdRequest): void | Promise<void> {
    const answer = this.#keep(id);
    this.#underWay++;
    this.#answered = this.#answered
      .then(() => answer)
      .then(
        (response) => this.#say(response),
        (error: unknown) => this.#fail(error),
      );
    return this.#underWay < KEEPS_UNDER_WAY_MAX ? undefined : this.#answered;
  }

  ended(): void {
    this.#isEnded = true;
    if (this.#underWay === 0) this.#outlet.end();
  }

  closed(): void {
    this.#isClosed = true;
  }

  /**
   * Where the log stands is asked first: a lease that is revoked later is revoked at a higher revision than its holder heard of. It is
   * not waited for: whoever asks to keep a lease right before another one revokes it has kept it.
   */
  async #keep(id: bigint): Promise<etcd.LeaseKeepAliveResponse> {
    const [header, kept] = await Promise.all([headerNow(this.#house), found(this.#store.keepLease(id))]);
    return { header, id, ttl: kept === null ? 0 : secondsOf(kept.ttlMs) };
  }

  #say(response: etcd.LeaseKeepAliveResponse): void | Promise<void> {
    this.#underWay--;
    if (this.#isClosed) return;
    this.#outlet.write(response);
    if (this.#isEnded && this.#underWay === 0) return this.#outlet.end();
    // Who does not take the answers is not listened to either.
    if (this.#outlet.waitingBytes > WAITING_BYTES_MAX) return new Promise((taken) => this.#outlet.whenTaken(taken));
  }

  #fail(error: unknown): void {
    this.#underWay--;
    if (!this.#isClosed) this.#outlet.fail(error);
    this.#isClosed = true;
  }
}

/** A few thousand answers. */
const WAITING_BYTES_MAX = 128 * 1024;

async function found<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (isRollcallError(error, 'lease-not-found')) return null;
    throw error;
  }
}

/** Leases of etcd have whole seconds; none of another length should be shown as shorter than it is. */
function secondsOf(ms: number): number {
  return Math.ceil(ms / 1000);
}
