/** etcd's `Maintenance`, as far as a registry has anything to maintain, and its `Cluster`. */
import { allKeys, type Entry, type Store } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { streamMethod, unaryMethod, type GrpcCall, type GrpcMethod } from '../../shared/grpc-face.js';
import { nextTurn } from '../../shared/turn.js';
import { refuse, unimplemented } from './errors.js';
import { Fnv1a } from './fnv1a.js';
import { headerNow, storeOf, type EtcdHouse } from './house.js';
import { headerOf, RAFT_TERM } from './identity.js';

const MAINTENANCE = '/etcdserverpb.Maintenance/';
const CLUSTER = '/etcdserverpb.Cluster/';

export interface MaintenanceOptions {
  readonly house: EtcdHouse;
  /** What it says to be: `3.6.0`. */
  readonly version: string;
  /** Where a caller reaches it, as URLs. */
  readonly clientUrls: (call: GrpcCall) => readonly string[];
}

export function maintenanceMethods(options: MaintenanceOptions): readonly GrpcMethod[] {
  const maintenance = new Maintenance(options);
  const looks = { right: 'read', lane: 'read' } as const;
  const operates = { right: 'operate', lane: null } as const;
  return [
    unaryMethod({
      path: `${CLUSTER}MemberList`,
      ...looks,
      request: etcd.memberListRequest,
      response: etcd.memberListResponse,
      handle: (_request, call) => maintenance.members(call),
    }),
    unaryMethod({
      path: `${MAINTENANCE}Status`,
      ...looks,
      request: etcd.statusRequest,
      response: etcd.statusResponse,
      handle: () => maintenance.status(),
    }),
    unaryMethod({
      path: `${MAINTENANCE}Alarm`,
      ...looks,
      request: etcd.alarmRequest,
      response: etcd.alarmResponse,
      handle: (request) => maintenance.alarm(request),
    }),
    unaryMethod({
      path: `${MAINTENANCE}Defragment`,
      ...operates,
      request: etcd.defragmentRequest,
      response: etcd.defragmentResponse,
      handle: () => maintenance.defragment(),
    }),
    unaryMethod({
      path: `${MAINTENANCE}Hash`,
      ...operates,
      request: etcd.hashRequest,
      response: etcd.hashResponse,
      handle: (_request, call) => maintenance.hash(call),
    }),
    unaryMethod({
      path: `${MAINTENANCE}HashKV`,
      ...operates,
      request: etcd.hashKvRequest,
      response: etcd.hashKvResponse,
      handle: (request, call) => maintenance.hashKv(request, call),
    }),
    streamMethod({
      path: `${MAINTENANCE}Snapshot`,
      ...operates,
      request: etcd.snapshotRequest,
      response: etcd.snapshotResponse,
      open: () => {
        throw unimplemented('an etcd’s snapshot is its own file, which this store has not; `rollcall snapshot save` saves this one');
      },
    }),
  ];
}

class Maintenance {
  readonly #options: MaintenanceOptions;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  async members(call: GrpcCall): Promise<etcd.MemberListResponse> {
    const { house, clientUrls } = this.#options;
    const { memberId, name } = house.identity;
    const header = await headerNow(house);
    return { header, members: [{ id: memberId, name, peerUrls: [], clientUrls: clientUrls(call), isLearner: false }] };
  }

  async status(): Promise<etcd.StatusResponse> {
    const { house, version } = this.#options;
    const { revision, sizeBytes, quotaBytes = 0, alarms = [] } = await house.log.status();
    return {
      header: headerOf(house.identity, revision),
      version,
      dbSize: sizeBytes,
      leader: house.identity.memberId,
      raftIndex: BigInt(revision),
      raftTerm: RAFT_TERM,
      raftAppliedIndex: BigInt(revision),
      errors: alarms,
      dbSizeInUse: sizeBytes,
      isLearner: false,
      storageVersion: version.split('.').slice(0, 2).concat('0').join('.'),
      dbSizeQuota: quotaBytes,
      downgradeInfo: { enabled: false, targetVersion: '' },
    };
  }

  /** What the engine says that is wrong. Switching an alarm off that is not on is done; switching one on is nobody's. */
  async alarm({ action }: etcd.AlarmRequest): Promise<etcd.AlarmResponse> {
    const { house } = this.#options;
    if (action === 'ACTIVATE') throw unimplemented('alarms are the engine’s own word');
    const { revision, alarms = [] } = await house.log.status();
    return { header: headerOf(house.identity, revision), alarms: action === 'GET' ? alarms.flatMap(alarmIn) : [] };
  }

  /** Pages are used again by themselves. */
  async defragment(): Promise<etcd.HeaderOnly> {
    return { header: await headerNow(this.#options.house) };
  }

  async hash(call: GrpcCall): Promise<etcd.HashResponse> {
    const { header, hash } = await this.hashKv({ revision: 0 }, call);
    return { header, hash };
  }

  /** Equal for equal logs of equal revision; not the number that an etcd would come to, which counts its own pages. */
  async hashKv({ revision }: etcd.HashKvRequest, call: GrpcCall): Promise<etcd.HashKvResponse> {
    const store = storeOf(this.#options.house, call);
    const status = await this.#options.house.log.status();
    const at = revision > 0 ? revision : status.revision;
    if (at > status.revision) throw refuse('futureRevision');
    const hash = await hashOf(store, at);
    return {
      header: headerOf(this.#options.house.identity, status.revision),
      hash,
      compactRevision: status.compactedRevision,
      hashRevision: at,
    };
  }
}

/** As an etcd words it: `memberID:1 alarm:NOSPACE`. */
function alarmIn(text: string): readonly etcd.AlarmMember[] {
  const found = /^memberID:(\d+) alarm:(NOSPACE|CORRUPT)/.exec(text);
  return found === null ? [] : [{ memberId: BigInt(found[1] ?? 0), alarm: found[2] as 'NOSPACE' | 'CORRUPT' }];
}

const PAGE_ENTRIES = 1_000;

async function hashOf(store: Store, revision: number): Promise<number> {
  const hash = new Fnv1a();
  for (let from = allKeys.from; ;) {
    const { entries, more } = await store.range({ range: { from, to: null }, revision, limit: PAGE_ENTRIES });
    for (const entry of entries) addTo(hash, entry);
    const last = entries.at(-1);
    if (!more || last === undefined) return hash.value;
    from = Uint8Array.from([...last.key, 0]);
    await nextTurn();
  }
}

function addTo(hash: Fnv1a, { key, value, createRevision, modRevision, version, lease }: Entry): void {
  hash
    .add(key)
    .add(value)
    .add(Buffer.from(`${createRevision} ${modRevision} ${version} ${lease}`));
}
