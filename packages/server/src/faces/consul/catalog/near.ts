/** Who is near: rows in the order of how far their nodes are from one that was named. */
import type { Caller, MachineName } from '@rollcall/core';
import type { Agents } from '../agent/agents.js';
import type { Distances } from '../coordinates/distances.js';
import type { Nodes } from './nodes.js';
import type { Ask } from '../route.js';

export interface Near {
  /** That node. */
  readonly name: string;
  /** All that the order follows from: who is asked for, and what was known of the ways when it was asked. */
  readonly key: string;
  /** In seconds; `null` where nothing is known of them. */
  readonly farOf: ((node: string) => number) | null;
}

export interface Surroundings {
  readonly agents: Agents;
  readonly nodes: Nodes;
  readonly distances: Distances;
}

/** `_agent`: the caller's own. `_ip`: the one whose address the call comes from. `null` where nobody asks for any. */
export function nearTo(said: string, { agents, nodes, distances }: Surroundings, caller: Caller): Near | null {
  if (said === '') return null;
  const name = said === '_agent' ? agents.of(caller).name : said === '_ip' ? nodeAt(caller, agents, nodes) : said;
  const farOf = distances.from(name);
  return { name, key: farOf === null ? name : `${name} ${distances.moved}`, farOf };
}

export function nearOf(ask: Ask, around: Surroundings): Near | null {
  return nearTo(ask.query.text('near'), around, ask.caller);
}

/** Who calls from this machine is on this node. */
function nodeAt(caller: Caller, agents: Agents, nodes: Nodes): MachineName {
  const source = agents.sourceOf(caller);
  if (source === null) return agents.own.name;
  return nodes.at(source, caller) ?? (source as string as MachineName);
}

/** Who is on that node first, then the nearest, then those of whom nobody knows how far they are; otherwise as it was. */
export function nearFirst<Row>(rows: readonly Row[], near: Near | null, nodeOf: (row: Row) => string): readonly Row[] {
  if (near === null) return rows;
  const rankOf = ranking(near);
  const ranked = rows.map((row) => ({ row, rank: rankOf(nodeOf(row)) }));
  return ranked.sort((one, other) => (one.rank === other.rank ? 0 : one.rank - other.rank)).map(({ row }) => row);
}

/** The nearer a node is, the smaller its number. */
export function ranking(near: Near | null): (node: string) => number {
  if (near === null) return () => 0;
  const { name, farOf } = near;
  const ranks = new Map<string, number>();
  return (node) => {
    const known = ranks.get(node) ?? (node === name ? -1 : (farOf?.(node) ?? Infinity));
    ranks.set(node, known);
    return known;
  };
}
