/** Whether what one check found answers another one. */
import type { Check, ProbedCheck } from '../catalog/registration.js';
import { isSame } from './same.js';

/** How often, and how many answers decide, does not make another question of it. */
export function asksTheSame(one: Check, other: ProbedCheck): boolean {
  return one.type !== 'heartbeat' && one.id === other.id && isSame(one.probe.spec, other.probe.spec);
}
