/** An instance as the catalog shows it: its registration with the verdicts on it. Derived, never stored. */
import type { Intent, Mode } from './intent.js';
import { worstHealth, type Health, type Verdict, type Verdicts } from './health.js';
import { heartbeatCheck, type Registration } from './registration.js';

export interface Instance extends Registration {
  /** Grows when host, port or checks change, or when a lapsed or departed instance registers again. */
  readonly incarnation: number;
  readonly registeredAtMs: number;
  /** The revision that created the registration; an instance is older than those with a greater one. */
  readonly createRevision: number;
  /** The revision that last changed the registration. */
  readonly revision: number;
  /** The revision that last changed the verdicts; 0 before the first. */
  readonly healthRevision: number;
  /** The worse one of its own and its machine's. */
  readonly mode: Mode;
  /** The worst of its checks and its machine's, or what was said from outside. */
  readonly health: Health;
  readonly verdicts: Verdicts;
  /** What was said about it from outside; weight, tags and metadata above already follow it. */
  readonly intent: Intent | null;
  /** It should have departed, and waits because of the guard. */
  readonly held: boolean;
}

/** What discovery returns unless asked otherwise. */
export function isInRotation(instance: Pick<Instance, 'mode' | 'health'>): boolean {
  return instance.mode === 'in' && (instance.health === 'passing' || instance.health === 'warning');
}

export function healthOf(registration: Pick<Registration, 'checks'>, verdicts: Verdicts): Health {
  return worstHealth(registration.checks.map((check) => verdictOn(verdicts, check.id)?.status ?? check.born));
}

/** The heartbeat's verdict, if it is that the heartbeat lapsed. */
export function lapseOf(instance: Pick<Instance, 'checks' | 'verdicts'>): Verdict | undefined {
  const check = heartbeatCheck(instance);
  const verdict = check && verdictOn(instance.verdicts, check.id);
  return verdict?.status === 'critical' && verdict.reason === 'lapse' ? verdict : undefined;
}

function verdictOn(verdicts: Verdicts, checkId: string): Verdict | undefined {
  return Object.hasOwn(verdicts, checkId) ? verdicts[checkId] : undefined;
}
