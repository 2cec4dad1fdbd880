/** Which instances an answer holds, and how a change looks to somebody who sees only those. */
import type { InstanceChange } from '../catalog/feed.js';
import { isInRotation, type Instance } from '../catalog/instance.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { HealthFilter } from './instance-query.js';

export function isSelected(instance: Instance, filter: HealthFilter): boolean {
  return filter === 'rotation' ? isInRotation(instance) : filter === 'any' || instance.health === filter;
}

export interface SelectedChanges {
  readonly upserts: readonly Instance[];
  readonly removes: readonly InstanceRef[];
}

/** Leaving the selection is a departure for whoever sees only the selection; what stays outside is nothing at all. */
export function selectChanges(changes: readonly InstanceChange[], filter: HealthFilter): SelectedChanges {
  const upserts: Instance[] = [];
  const removes: InstanceRef[] = [];
  for (const { previous, current } of changes) {
    if (current !== null && isSelected(current, filter)) upserts.push(current);
    else if (previous !== null && isSelected(previous, filter)) removes.push(refOf(previous));
  }
  return { upserts, removes };
}

function refOf({ namespace, service, id }: InstanceRef): InstanceRef {
  return { namespace, service, id };
}
