/** The law of what is shown as keys, when everything works again: just those that are in rotation are. */
import { allKeys, isInRotation, toText } from '@rollcall/core';
import { simulator } from '../node.js';
import type { ClusterNode } from './cluster-node.js';
import type { SharedLog } from './shared-log.js';

export function judgeKeys(log: SharedLog, nodes: readonly (ClusterNode | null)[]): void {
  const keys = log
    .range({ range: allKeys })
    .entries.map(({ key }) => toText(key))
    .filter((key) => !key.startsWith('/rollcall/'));
  for (const node of nodes) {
    if (node === null || !node.isServing) continue;
    const wanted = [...node.view.allInstances(simulator)]
      .filter((instance) => isInRotation(instance) && instance.host !== null)
      .map(({ service, id }) => `${service.toLowerCase()}/${id}`)
      .sort();
    if (wanted.join() !== keys.join())
      throw new Error(`shown as keys are ${keys.join()}, and in rotation at ${node.name} ${wanted.join()}`);
  }
}
