/** Three nodes, a replica and three etcds as real processes, with a link of ours in every connection between them and from their clients. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEtcds, type EtcdProcess } from '../support/etcd-process.js';
import { freePorts } from '../support/free-ports.js';
import { Link } from './link.js';
import { NodeProcess } from './node-process.js';
import { openWayIn, ownerOf, type WayIn } from './way-in.js';

export interface Site {
  readonly nodes: readonly SiteNode[];
  readonly etcds: readonly EtcdProcess[];
  /** From this node to that etcd. */
  engineLink(node: string, member: number): Link;
  /** For connections that the first makes to the second. */
  peerLink(from: string, to: string): Link;
  close(): Promise<void>;
}

export interface SiteNode {
  readonly name: string;
  readonly process: NodeProcess;
  /** Where its clients find it. */
  readonly port: number;
  /** Round every link. */
  readonly ownPort: number;
  readonly clients: Link;
}

/** Everybody may depart: the guard is judged elsewhere, and here it would hide who should have gone. No service panics. */
const plainArgs = ['--guard-share', '100%', '--panic-below', '0%'];

const MEMBERS = 3;
/** The last one looks after nobody: it answers by its own view, and hands every write and heartbeat to the others. */
const names = ['a', 'b', 'c', 'replica'];
const REPLICA = 'replica';

/** Alone, on the embedded store: without links to engines and peers. */
export async function openSingleSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-soak-'));
  const [ownPort = 0] = await freePorts(1);
  const process = new NodeProcess('a', ['--http', String(ownPort), '--data', directory, ...plainArgs]);
  const clients = new Link();
  const way = await openWayIn(ownPort, () => clients);
  process.start();
  await process.ready();
  return {
    nodes: [{ name: 'a', process, port: way.port, ownPort, clients }],
    etcds: [],
    engineLink: () => new Link(),
    peerLink: () => new Link(),
    async close() {
      await process.kill();
      clients.end();
      way.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function openSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-soak-'));
  const etcds = await startEtcds(MEMBERS);
  const links = new Map<string, Link>();
  const linkOf = (name: string): Link => {
    const link = links.get(name) ?? new Link();
    links.set(name, link);
    return link;
  };
  const ways: WayIn[] = [];
  const nodes: SiteNode[] = [];
  for (const name of names) {
    const [ownPort = 0, ownPeer = 0] = await freePorts(2);
    const clients = linkOf(`clients ${name}`);
    const way = await openWayIn(ownPort, () => clients);
    const peers = await openWayIn(ownPeer, (comer) => {
      const pids = nodes.map(({ process }) => process.pid);
      const from = nodes.find(({ process }) => process.pid === ownerOf(comer, pids))?.name;
      return from === undefined ? null : linkOf(`${from} to ${name}`);
    });
    const engines = await Promise.all(
      etcds.map(({ endpoint }, member) => openWayIn(portOf(endpoint), () => linkOf(`${name} to etcd ${member}`))),
    );
    ways.push(way, peers, ...engines);
    const store = `etcd://${engines.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
    const own = ['--node', name, '--http', String(ownPort), '--data', join(directory, name)];
    const door = name === REPLICA ? ['--role', 'replica'] : ['--peer', String(ownPeer), '--advertise', `127.0.0.1:${peers.port}`];
    const args = [...own, '--store', store, ...door];
    nodes.push({ name, process: new NodeProcess(name, [...args, ...plainArgs]), port: way.port, ownPort, clients });
  }
  for (const { process } of nodes) process.start();
  await Promise.all(nodes.map(({ process }) => process.ready()));
  return {
    nodes,
    etcds,
    engineLink: (node, member) => linkOf(`${node} to etcd ${member}`),
    peerLink: (from, to) => linkOf(`${from} to ${to}`),
    async close() {
      for (const { process } of nodes) await process.kill();
      for (const link of links.values()) link.end();
      for (const way of ways) way.close();
      for (const etcd of etcds) await etcd.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function portOf(endpoint: string): number {
  return Number(endpoint.split(':').at(-1));
}
