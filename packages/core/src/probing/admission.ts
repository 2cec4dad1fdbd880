/** Which checks this registry takes: where probes may go, and whose programs it runs. */
import { refusal } from '../catalog/fields.js';
import type { Host } from '../catalog/host.js';
import type { MachineRegistration } from '../catalog/machine.js';
import type { Registration } from '../catalog/registration.js';
import type { FieldProblem } from '../catalog/value-kind.js';
import { readAddress } from './address.js';
import type { CheckSpec } from './probe-spec.js';
import { isAllowed, objectionToHost, type TargetRules } from './target-guard.js';

export interface ProbeRules extends TargetRules {
  /** Programs are run; `everybody` may say which, or only who writes the registry's own files. */
  readonly scripts: 'off' | 'own-files' | 'everybody';
}

/** How the face of services from files begins. */
const FILES = 'files:';

/** An instance, or a machine. */
export type Admitted = Pick<Registration, 'host' | 'checks' | 'origin'> | Pick<MachineRegistration, 'addresses' | 'checks' | 'origin'>;

/** Throws `invalid-request` with every check that is not taken. */
export function admit(registration: Admitted, rules: ProbeRules): void {
  // Nearly always there is the heartbeat, and nothing else.
  if (registration.checks.every(({ type }) => type === 'heartbeat')) return;
  const problems: FieldProblem[] = [];
  let at = 0;
  for (const check of registration.checks) {
    if (check.type === 'heartbeat') continue;
    const field = `checks[${at++}]`;
    const { spec } = check.probe;
    const problem = problemOf(spec, registration, rules);
    if (problem !== null) problems.push({ ...problem, field: `${field}.${problem.field}` });
  }
  if (problems.length > 0) throw refusal(problems);
}

function problemOf(spec: CheckSpec, admitted: Admitted, rules: ProbeRules): FieldProblem | null {
  if (spec.type === 'script') return scriptProblem(admitted, rules);
  if (spec.type !== 'alias') return hostProblem(spec.host, admitted, rules);
  // What follows its own tail would never be well again.
  return 'addresses' in admitted ? { field: 'type', came: '"alias"', allowed: 'another type: a machine follows nobody' } : null;
}

function scriptProblem({ origin }: Admitted, { scripts }: ProbeRules): FieldProblem | null {
  if (scripts === 'off')
    return { field: 'type', came: '"script"', allowed: 'another type: this registry runs no programs (--script-checks)' };
  if (scripts === 'everybody' || origin.face.startsWith(FILES)) return null;
  return {
    field: 'type',
    came: '"script"',
    allowed: 'another type, or a file of --services-dir: programs are not taken from the network (--script-checks-from-network)',
  };
}

/** The instance's own host, one of the machine's own addresses, or one that was allowed by hand; never one that is forbidden. */
function hostProblem(host: string, admitted: Admitted, rules: ProbeRules): FieldProblem | null {
  const came = JSON.stringify(host);
  const objection = objectionToHost(host, rules);
  if (objection !== null)
    return { field: 'host', came, allowed: `no ${objection.replace(/^(an|no) /, '')} (--probe-allow would allow it)` };
  const address = readAddress(host);
  if (ownHosts(admitted).some((own) => own === host) || (address !== null && isAllowed(address, rules))) return null;
  return { field: 'host', came, allowed: `${whose(admitted)}, or an address that --probe-allow names` };
}

function ownHosts(admitted: Admitted): readonly (Host | null)[] {
  return 'addresses' in admitted ? Object.values(admitted.addresses) : [admitted.host];
}

function whose(admitted: Admitted): string {
  return 'addresses' in admitted ? 'one of the machine’s own addresses' : 'the instance’s own host';
}
