/**
 * Whose agent a call is meant for. Consul has one on every host, and what a service calls itself is unique there and nowhere else:
 * fifty hosts that each register `web` are fifty instances. Here they all call the same registry, so an agent is where a call comes
 * from: whoever calls from the registry's own machine has the agent of that node, everybody else the one of his address. On a
 * cluster that is the same agent whichever node is asked.
 *
 * An agent is a machine by name and nothing that is kept: it is there while something is on it.
 */
import { Host, InstanceId, isLoopback, MachineName, type Caller } from '@rollcall/core';

/** `single`: all callers share one, as if they spoke to the one agent of a central server. */
export const agentModes = ['per-source', 'single'] as const;

export type AgentMode = (typeof agentModes)[number];

export interface Agent {
  readonly name: MachineName;
  /** Where its services are that say nothing else. */
  readonly address: Host;
}

export interface AgentsOptions {
  readonly mode: AgentMode;
  /** The one of this node, which those on its own machine have; with `single`, everybody. */
  readonly own: Agent;
}

export class Agents {
  readonly own: Agent;
  readonly mode: AgentMode;

  constructor({ mode, own }: AgentsOptions) {
    this.mode = mode;
    this.own = own;
  }

  of({ from }: Pick<Caller, 'from'>): Agent {
    if (this.mode === 'single') return this.own;
    const source = sourceOf(from);
    return source === null ? this.own : { name: source as string as MachineName, address: source };
  }

  /** Where a call comes from; `null` from this machine. */
  sourceOf({ from }: Pick<Caller, 'from'>): Host | null {
    return sourceOf(from);
  }
}

/** An IPv4 address is one, also where a socket for both kinds shows it as an IPv6 address; a zone means something to this machine only. */
function sourceOf(from: string): Host | null {
  const plain = from.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  const host = Host.parse(plain);
  return host === undefined || isLoopback(plain) ? null : host;
}

/**
 * What an instance is called here: its id on its node, and the node. `undefined` where that is too long or does not print. The
 * law: two are called the same exactly if their nodes and their ids on them are the same.
 */
export function instanceIdOn(node: MachineName, serviceId: string): InstanceId | undefined {
  const where = node.replaceAll('%', '%25').replaceAll('@', '%40');
  return InstanceId.parse(`${serviceId}@${where}`);
}
