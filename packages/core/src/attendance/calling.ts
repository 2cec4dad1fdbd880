/** What instances and machines are called among nodes: as their records are in the log, which every node writes alike. */
import type { Instance } from '../catalog/instance.js';
import { machineText, parseKeyName, refText } from '../records/keys.js';
import type { MachineRef } from '../catalog/machine.js';
import { HEARTBEAT_CHECK_ID, type Check, type InstanceRef } from '../catalog/registration.js';
import type { Naming } from './roll.js';

export const INSTANCES = 'instances';
export const MACHINES = 'machines';

export const instanceText: (ref: InstanceRef) => string = refText;
export { machineText };

/** By the bare id, which is the text that the catalog holds anyway: no heartbeat has to put names together first. */
export const instanceNaming: Naming<Instance> = { group: ({ namespace }) => namespace, name: ({ id }) => id };

/** The check of nearly all of them goes without saying. Encoded, because ids of checks may hold anything. */
export function checkSuffix(check: Check | null): string {
  return check === null || check.id === HEARTBEAT_CHECK_ID ? '' : encodeURIComponent(check.id);
}

export function instanceCalled(text: string): InstanceRef | undefined {
  const key = parseKeyName(`${INSTANCES}/${text}`);
  return key !== null && 'ref' in key ? key.ref : undefined;
}

export function machineCalled(text: string): MachineRef | undefined {
  const key = parseKeyName(`${MACHINES}/${text}`);
  return key !== null && 'machine' in key ? key.machine : undefined;
}
