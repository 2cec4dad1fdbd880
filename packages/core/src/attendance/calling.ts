/** What instances and machines are called among nodes: as their records are in the log, which every node writes alike. */
import { machineText, parseKeyName, refText } from '../catalog/keys.js';
import type { MachineRef } from '../catalog/machine.js';
import { HEARTBEAT_CHECK_ID, type Check, type InstanceRef } from '../catalog/registration.js';

export const INSTANCES = 'instances';
export const MACHINES = 'machines';

export const instanceText: (ref: InstanceRef) => string = refText;
export { machineText };

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
