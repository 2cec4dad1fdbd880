/** The registry's nodes as members of the Consul face: from the roster where there is one, and otherwise this one alone. */
import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { LiveNode, MachineName } from '@rollcall/core';
import type { Member, Members } from '../faces/consul/catalog/members.js';
import { nodeNameOf } from '../options/node-options.js';
import type { ServeOptions } from '../options/options.js';
import type { ClusterNode } from './cluster.js';

/** Where Consul's servers find each other; of nodes that have no such door it is only shown. */
const SERVER_PORT = 8300;

interface MemberSources {
  readonly cluster: ClusterNode | null;
  /** What the log held when this node began to show it. */
  readonly sinceRevision: () => number;
}

export function consulMembers(options: ServeOptions, { cluster, sinceRevision }: MemberSources): Members {
  const name = nodeNameOf(options) as string as MachineName;
  const about = { name, id: nodeIdOf(name), address: addressOf(options), port: SERVER_PORT, leaving: false };
  const self: Member = {
    ...about,
    get revision() {
      return sinceRevision();
    },
  };
  if (cluster === null) {
    const only = [self];
    return {
      self,
      all: () => only,
      follow: () => () => undefined,
      get revision() {
        return sinceRevision();
      },
    };
  }
  const { roster } = cluster.company;
  let known: { readonly nodes: readonly LiveNode[]; readonly members: readonly Member[] } | null = null;
  const all = (): readonly Member[] => {
    if (known?.nodes !== roster.nodes) known = { nodes: roster.nodes, members: membersOf(roster.nodes, self) };
    return known.members;
  };
  let changedAt = 0;
  roster.follow(() => (changedAt = Math.max(changedAt, roster.revision)));
  return {
    self,
    all,
    follow: (changed) => roster.follow(changed),
    get revision() {
      return Math.max(changedAt, sinceRevision());
    },
  };
}

function membersOf(nodes: readonly LiveNode[], self: Member): readonly Member[] {
  const members = nodes.map((node) => memberOf(node, self));
  // A replica has no place among the nodes, and is there all the same for whoever asks it.
  if (members.some(({ name }) => name === self.name)) return members;
  return [...members, self].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function memberOf({ name, peer, leaving, createRevision: revision }: LiveNode, self: Member): Member {
  const [, host, port] = /^(.*):(\d+)$/.exec(peer ?? '') ?? [];
  const machine = name as string as MachineName;
  if (host === undefined) return { name: machine, id: nodeIdOf(name), address: self.address, port: SERVER_PORT, leaving, revision };
  return { name: machine, id: nodeIdOf(name), address: host.replaceAll(/^\[|\]$/g, ''), port: Number(port), leaving, revision };
}

/** A UUID of the name, in the form of those that are made by hashing. */
function nodeIdOf(name: string): string {
  const hex = createHash('sha1').update(`rollcall node ${name}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

/** As others reach it; where it listens everywhere, at the first address that leads out of the machine. */
function addressOf({ bind, advertise }: ServeOptions): string {
  if (advertise !== null) return advertise.host;
  if (bind !== '0.0.0.0' && bind !== '::') return bind;
  const outward = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.filter(({ internal }) => !internal));
  return (outward.find(({ address }) => isIPv4(address)) ?? outward[0])?.address ?? '127.0.0.1';
}
