/** Where etcd's gateway answers each method, as the definitions of its services say it. All are asked by POST. */

const kv = { Range: 'kv/range', Put: 'kv/put', DeleteRange: 'kv/deleterange', Txn: 'kv/txn', Compact: 'kv/compaction' };
const lease = { LeaseGrant: 'lease/grant', LeaseKeepAlive: 'lease/keepalive' };
/** Each of them had its place under `kv` before. */
const movedLease = { LeaseRevoke: 'lease/revoke', LeaseTimeToLive: 'lease/timetolive', LeaseLeases: 'lease/leases' };
const cluster = {
  MemberAdd: 'cluster/member/add',
  MemberRemove: 'cluster/member/remove',
  MemberUpdate: 'cluster/member/update',
  MemberList: 'cluster/member/list',
  MemberPromote: 'cluster/member/promote',
};
const maintenance = {
  Alarm: 'maintenance/alarm',
  Status: 'maintenance/status',
  Defragment: 'maintenance/defragment',
  Hash: 'maintenance/hash',
  HashKV: 'maintenance/hashkv',
  Snapshot: 'maintenance/snapshot',
  MoveLeader: 'maintenance/transfer-leadership',
  Downgrade: 'maintenance/downgrade',
};
const auth = { Authenticate: 'auth/authenticate', AuthStatus: 'auth/status' };
const lock = { Lock: 'lock/lock', Unlock: 'lock/unlock' };
const election = {
  Campaign: 'election/campaign',
  Proclaim: 'election/proclaim',
  Leader: 'election/leader',
  Observe: 'election/observe',
  Resign: 'election/resign',
};

/** The paths of a method (`/etcdserverpb.KV/Range`); none for what the gateway does not have. */
export function gatewayPaths(method: string): readonly string[] {
  return known.get(method) ?? [];
}

const known: ReadonlyMap<string, readonly string[]> = new Map([
  ...pathsOf('etcdserverpb.KV', kv),
  ...pathsOf('etcdserverpb.Watch', { Watch: 'watch' }),
  ...pathsOf('etcdserverpb.Lease', lease),
  ...pathsOf('etcdserverpb.Lease', movedLease, ['', 'kv/']),
  ...pathsOf('etcdserverpb.Cluster', cluster),
  ...pathsOf('etcdserverpb.Maintenance', maintenance),
  ...pathsOf('etcdserverpb.Auth', auth),
  ...pathsOf('v3lockpb.Lock', lock),
  ...pathsOf('v3electionpb.Election', election),
]);

function pathsOf(
  service: string,
  methods: Readonly<Record<string, string>>,
  places = [''],
): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(methods).map(([name, path]) => [`/${service}/${name}`, places.map((place) => `/v3/${place}${path}`)]);
}
