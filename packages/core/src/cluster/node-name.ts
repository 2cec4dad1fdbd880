/** What a node of a cluster is called: it stands in a key, in addresses and in tables. */
import type { Named } from '../catalog/names.js';
import { textKind, type ValueKind } from '../catalog/value-kind.js';

export type NodeName = Named<'node'>;

/** As long as one label of a host's name may be. */
const NODE_NAME_CHARACTERS_MAX = 63;

export const NodeName: ValueKind<NodeName> = textKind<NodeName>(
  `1 to ${NODE_NAME_CHARACTERS_MAX} letters, digits and . _ -, beginning with a letter or digit`,
  new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${NODE_NAME_CHARACTERS_MAX - 1}}$`),
);
