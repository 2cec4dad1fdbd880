/** etcd's `v3electionpb.Election`. */
import type { Entry, RevisionBatch, Store, Watch } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { streamMethod, unaryMethod, type GrpcCall, type GrpcInlet, type GrpcMethod, type GrpcOutlet } from '../../shared/grpc-face.js';
import { firstOf, leavePlace, placeIs, queueOf, takePlace, waitForTurn } from './concurrency.js';
import { refuse } from './errors.js';
import { headerNow, storeOf, type EtcdHouse } from './house.js';
import { headerOf } from './identity.js';

const SERVICE = '/v3electionpb.Election/';

export function electionMethods(house: EtcdHouse): readonly GrpcMethod[] {
  const writes = { right: 'write', lane: 'register' } as const;
  return [
    unaryMethod({
      path: `${SERVICE}Campaign`,
      ...writes,
      request: etcd.campaignRequest,
      response: etcd.campaignResponse,
      handle: (request, call) => campaign(house, request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Proclaim`,
      ...writes,
      request: etcd.proclaimRequest,
      response: etcd.proclaimResponse,
      handle: (request, call) => proclaim(house, request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Resign`,
      right: 'write',
      lane: 'deregister',
      request: etcd.resignRequest,
      response: etcd.resignResponse,
      handle: (request, call) => resign(house, request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Leader`,
      right: 'read',
      lane: 'read',
      request: etcd.leaderRequest,
      response: etcd.leaderResponse,
      handle: (request, call) => leader(house, request, call),
    }),
    streamMethod({
      path: `${SERVICE}Observe`,
      right: 'read',
      lane: 'watch',
      request: etcd.leaderRequest,
      response: etcd.leaderResponse,
      open: (outlet, call) => new Observer(house, outlet, call),
    }),
  ];
}

async function campaign(house: EtcdHouse, { name, lease, value }: etcd.CampaignRequest, call: GrpcCall): Promise<etcd.CampaignResponse> {
  const store = storeOf(house, call);
  const place = await takePlace(store, name, lease, value);
  if (!place.isNew && Buffer.compare(place.held, value) !== 0) await put(store, place, value);
  await waitForTurn(store, name, place, call.signal);
  return { header: await headerNow(house), leader: { name, key: place.key, rev: place.revision, lease: place.lease } };
}

async function proclaim(house: EtcdHouse, { leader, value }: etcd.ProclaimRequest, call: GrpcCall): Promise<etcd.HeaderOnly> {
  if (leader === null) throw refuse('leaderMissing');
  const revision = await put(storeOf(house, call), { key: leader.key, revision: leader.rev, lease: leader.lease }, value);
  return { header: headerOf(house.identity, revision) };
}

async function put(
  store: Store,
  place: { readonly key: Uint8Array; readonly revision: number; readonly lease: bigint },
  value: Uint8Array,
): Promise<number> {
  const then = [{ type: 'put', key: place.key, value, lease: place.lease } as const];
  const { succeeded, revision } = await store.commit({ when: [placeIs(place.key, place.revision)], then });
  if (!succeeded) throw refuse('electionNotLeader');
  return revision;
}

async function resign(house: EtcdHouse, { leader }: etcd.ResignRequest, call: GrpcCall): Promise<etcd.HeaderOnly> {
  if (leader === null) throw refuse('leaderMissing');
  await leavePlace(storeOf(house, call), { key: leader.key, revision: leader.rev });
  return { header: await headerNow(house) };
}

async function leader(house: EtcdHouse, { name }: etcd.LeaderRequest, call: GrpcCall): Promise<etcd.LeaderResponse> {
  const { first, revision } = await firstOf(storeOf(house, call), name);
  if (first === undefined) throw refuse('electionNoLeader');
  return { header: headerOf(house.identity, revision), kv: first };
}

/** Tells who leads, and what they proclaim; not everything that was, but always what is. */
class Observer implements GrpcInlet<etcd.LeaderRequest> {
  readonly #house: EtcdHouse;
  readonly #outlet: GrpcOutlet<etcd.LeaderResponse>;
  readonly #store: Store;
  #watch: Watch | null = null;
  #told: Entry | null = null;
  #isClosed = false;

  constructor(house: EtcdHouse, outlet: GrpcOutlet<etcd.LeaderResponse>, call: GrpcCall) {
    this.#house = house;
    this.#outlet = outlet;
    this.#store = storeOf(house, call);
  }

  async received({ name }: etcd.LeaderRequest): Promise<void> {
    if (this.#watch !== null) return;
    const revision = await this.#look(name);
    if (this.#isClosed) return;
    this.#watch = this.#store.watch(
      { range: queueOf(name), fromRevision: revision + 1 },
      {
        next: (batch) => this.#heard(batch, name),
        ended: (reason) => {
          if (!this.#isClosed) this.#outlet.fail(reason ?? refuse('stopped'));
        },
      },
    );
  }

  ended(): void {
    return undefined;
  }

  closed(): void {
    this.#isClosed = true;
    this.#watch?.cancel();
  }

  /** Behind whatever is told, so nothing that follows is missed. */
  async #heard({ changes }: RevisionBatch, name: Uint8Array): Promise<void> {
    if (changes.length > 0) await this.#look(name).catch((error: unknown) => this.#outlet.fail(error));
  }

  async #look(name: Uint8Array): Promise<number> {
    const { first, revision } = await firstOf(this.#store, name);
    if (this.#isClosed || first === undefined || first.modRevision === this.#told?.modRevision) return revision;
    this.#told = first;
    this.#outlet.write({ header: headerOf(this.#house.identity, revision), kv: first });
    return revision;
  }
}
