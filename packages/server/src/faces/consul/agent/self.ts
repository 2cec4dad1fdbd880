/** Who the agents are: this one, its members, its host, its version, and how it goes. */
import { arch, cpus, freemem, hostname, loadavg, platform, release, totalmem, uptime } from 'node:os';
import { memoryUsage } from 'node:process';
import type { HttpReply } from '../../../shared/http-face.js';
import { json, text } from '../answer.js';
import { askedFilter } from '../catalog/chosen.js';
import { memberShape } from '../filter/shapes.js';
import type { Member } from '../catalog/members.js';
import type { ReadingContext } from '../catalog/reading.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';
import { serverAddresses } from '../status.js';

export interface SelfOptions extends ReadingContext {
  /** Of Consul: what clients take us for. */
  readonly consulVersion: string;
  /** Ours. */
  readonly version: string;
  /** In the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
}

export function selfRoutes(options: SelfOptions): readonly ConsulRoute[] {
  const route = (path: string, handle: (ask: Ask) => HttpReply | Promise<HttpReply>): ConsulRoute => ({
    method: 'GET',
    path,
    right: 'read',
    handle,
  });
  return [
    route('/agent/self', (ask) => json(ask, self(ask, options))),
    route('/agent/members', (ask) => members(ask, options)),
    route('/agent/version', (ask) => json(ask, version(options))),
    route('/agent/host', (ask) => json(ask, host())),
    route('/agent/metrics', (ask) => metrics(ask, options)),
  ];
}

function self({ caller }: Ask, { members, consulVersion, version: ours, terms, nodes }: SelfOptions): object {
  const { datacenter } = terms;
  const { self: own } = members;
  const [leader = ''] = serverAddresses(members);
  return {
    Config: {
      Datacenter: datacenter,
      PrimaryDatacenter: datacenter,
      NodeName: own.name,
      NodeID: nodes.named(own.name, caller)?.id ?? own.id,
      Revision: `rollcall-${ours}`,
      Server: true,
      Version: consulVersion,
      BuildDate: '1970-01-01T00:00:00Z',
    },
    DebugConfig: { Datacenter: datacenter, NodeName: own.name, ServerMode: true, ACLsEnabled: false, ConnectEnabled: false },
    Coord: coordinate,
    Member: memberRow(own, terms.datacenter, consulVersion),
    Stats: {
      agent: { check_monitors: '0', check_ttls: '0', checks: '0', services: '0' },
      build: { prerelease: '', revision: `rollcall-${ours}`, version: consulVersion },
      consul: { known_datacenters: '1', leader: 'true', leader_addr: leader, server: 'true' },
      runtime: { arch: arch(), cpu_count: String(cpus().length), os: platform(), version: process.version },
    },
    Meta: nodes.named(own.name, caller)?.meta ?? {},
    xDS: { SupportedProxies: {} },
  };
}

/** How far it is to anybody nobody has measured. */
const coordinate = { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 0.00001 };

/** As Serf counts: alive, leaving. */
const [ALIVE, LEAVING] = [1, 2];

function memberRow({ name, id, address, port, leaving }: Member, datacenter: string, consulVersion: string): object {
  return {
    Name: name,
    Addr: address,
    Port: port,
    Tags: { build: consulVersion, dc: datacenter, id, port: String(port), role: 'consul', segment: '', vsn: '2' },
    Status: leaving ? LEAVING : ALIVE,
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
}

function members(ask: Ask, { members: all, terms, consulVersion }: SelfOptions): HttpReply {
  const filter = askedFilter(ask, memberShape);
  if (!['', '_all'].includes(ask.query.text('segment'))) throw new ConsulRefusal(400, 'Network segments are a Consul Enterprise feature');
  // From one datacenter to another they are called after theirs, too.
  const isWan = ask.query.text('wan') !== '';
  const rows = all.all().map((member) => {
    const row = memberRow(member, terms.datacenter, consulVersion);
    return isWan ? { ...row, Name: `${member.name}.${terms.datacenter}` } : row;
  });
  return json(ask, filter === undefined ? rows : rows.filter(filter));
}

function version({ consulVersion, version: ours }: SelfOptions): object {
  return { SHA: `rollcall-${ours}`, BuildDate: '1970-01-01T00:00:00Z', HumanVersion: consulVersion, FIPS: '' };
}

function host(): object {
  const [total, free] = [totalmem(), freemem()];
  return {
    Memory: { total, available: free, used: total - free, usedPercent: ((total - free) / total) * 100, free },
    CPU: cpus().map(({ model, speed }, at) => ({ cpu: at, modelName: model, mhz: speed })),
    Host: { hostname: hostname(), uptime: Math.floor(uptime()), os: platform(), kernelVersion: release(), kernelArch: arch() },
    Disk: null,
    Load: loadavg(),
    CollectionTime: 0,
    Errors: null,
  };
}

async function metrics(ask: Ask, { metrics: rendered }: SelfOptions): Promise<HttpReply> {
  if (ask.query.text('format') === 'prometheus') return text(await rendered());
  // As much as can be said in Consul's own names; what there is has its own page.
  const { heapUsed, rss } = memoryUsage();
  const Gauges = Object.entries({ alloc_bytes: heapUsed, sys_bytes: rss }).map(([name, Value]) => ({
    Name: `consul.${hostname()}.runtime.${name}`,
    Value,
    Labels: {},
  }));
  return json(ask, { Timestamp: '', Gauges, Points: [], Counters: [], Samples: [] });
}
