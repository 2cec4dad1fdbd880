/** What attendance knows of one instance and its machine, for whoever asks why. */
import type { Instance } from '../catalog/instance.js';
import { machineText, refText } from '../records/keys.js';
import type { NodeName } from '../cluster/node-name.js';
import type { Insight, Knowledge } from '../explain/insight.js';
import type { Checks } from './checks.js';
import type { CompanyDesk } from './company-desk.js';
import type { Machines } from './machines.js';
import type { ProbedKinds } from './probed-kinds.js';

export interface Knowing {
  readonly desk: CompanyDesk | null;
  readonly checks: Pick<Checks, 'agesMs'>;
  readonly machines: Pick<Machines, 'agesMs'>;
  /** `null` where nothing is probed. */
  readonly probes: Pick<ProbedKinds, 'reports' | 'reportsOfMachine'> | null;
}

export async function insightOf(instance: Instance, { desk, checks, machines, probes }: Knowing): Promise<Insight> {
  const ref = instance.machine === null ? null : { namespace: instance.namespace, name: instance.machine };
  const [ours, its] = await Promise.all([probes?.reports(instance), ref === null ? undefined : probes?.reportsOfMachine(ref)]);
  const machine = ref && { ...dutyOf(machineText(ref), desk), heardAgesMs: machines.agesMs(ref), probes: its ?? nothing };
  return { ...dutyOf(refText(instance), desk), heardAgesMs: checks.agesMs(instance), probes: ours ?? nothing, machine };
}

const nothing: Knowledge['probes'] = new Map();

function dutyOf(text: string, desk: CompanyDesk | null): { readonly isOurs: boolean; readonly onDuty: NodeName | null } {
  return desk === null ? { isOurs: true, onDuty: null } : { isOurs: desk.isOurs(text), onDuty: desk.company.duty.ownerOf(text) };
}
