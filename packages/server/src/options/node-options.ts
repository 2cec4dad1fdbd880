/** The options of a node as one of several: what it is called, and what it does. */
import { hostname } from 'node:os';
import { NodeName, wordKind, type OptionTable } from '@rollcall/core';
import type { NodeRole } from '../shared/node-report.js';

export interface NodeOptions {
  /** `null`: as its host is called. */
  readonly node: NodeName | null;
  readonly role: NodeRole;
}

export const nodeOptions: OptionTable<NodeOptions> = {
  node: {
    flag: 'node',
    placeholder: 'NAME',
    kind: NodeName,
    default: null,
    defaultText: 'the name of the host',
    help: 'What this node is called; no two nodes of a cluster may be called the same.',
  },
  role: {
    flag: 'role',
    placeholder: 'ROLE',
    kind: wordKind(['full', 'replica']),
    default: 'full',
    defaultText: 'full',
    help: 'full: looks after its share of the instances. replica: answers reads, and hands what is written to the others. Only on an etcd store.',
  },
};

const NAME_CHARACTERS_MAX = 63;

/** A host may be called what no node is. */
export function nodeNameOf({ node }: Pick<NodeOptions, 'node'>, host: string = hostname()): NodeName {
  const near = host
    .replaceAll(/[^\w.-]/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+/g, '')
    .slice(0, NAME_CHARACTERS_MAX);
  return node ?? NodeName.parse(near) ?? ('node' as NodeName);
}
