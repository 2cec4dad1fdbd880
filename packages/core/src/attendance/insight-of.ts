/** What attendance knows of one instance and its machine, for whoever asks why. */
import type { Instance } from '../catalog/instance.js';
import type { InstanceRef } from '../catalog/registration.js';
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

/** For how long the most silent of its heartbeats was not heard; `null` where it has none, or one never was, or other nodes may have heard it. */
export function heardAgeOf(ref: InstanceRef, { desk, checks }: Pick<Knowing, 'desk' | 'checks'>): number | null {
  // What they heard may be on its way here, or lost; who has to know asks them.
  if (desk !== null) return null;
  const agesMs = [...checks.agesMs(ref).values()];
  const known = agesMs.filter((ageMs) => ageMs !== null);
  return known.length === 0 || known.length < agesMs.length ? null : Math.max(...known);
}

const nothing: Knowledge['probes'] = new Map();

function dutyOf(text: string, desk: CompanyDesk | null): { readonly isOurs: boolean; readonly onDuty: NodeName | null } {
  return desk === null ? { isOurs: true, onDuty: null } : { isOurs: desk.isOurs(text), onDuty: desk.company.duty.ownerOf(text) };
}
