/** The mark that instances from files carry in the log, so that no file ever removes what it did not bring. */
import type { NodeName, Origin } from '@rollcall/core';

export interface Mark {
  originOf(file: string): Origin;
  /** `null` for an instance that came otherwise, or from another node's files. */
  fileOf(origin: Origin): string | null;
}

/** `node`: in a cluster, where every node has files of its own; `null` for a node that has no others. */
export function markOf(node: NodeName | null): Mark {
  const prefix = node === null ? 'files:' : `files@${node}:`;
  return {
    originOf: (file) => ({ face: `${prefix}${file}` }),
    fileOf: ({ face }) => (face.startsWith(prefix) ? face.slice(prefix.length) : null),
  };
}
