/** Which checks this registry takes: where probes may go, and whose programs it runs. */
import { refusal } from '../catalog/fields.js';
import type { Registration } from '../catalog/registration.js';
import type { FieldProblem } from '../catalog/value-kind.js';
import { readAddress } from './address.js';
import { isAllowed, objectionToHost, type TargetRules } from './target-guard.js';

export interface ProbeRules extends TargetRules {
  /** Programs are run; `everybody` may say which, or only who writes the registry's own files. */
  readonly scripts: 'off' | 'own-files' | 'everybody';
}

/** How the face of services from files begins. */
const FILES = 'files:';

/** Throws `invalid-request` with every check that is not taken. */
export function admit(registration: Pick<Registration, 'host' | 'checks' | 'origin'>, rules: ProbeRules): void {
  // Nearly always there is the heartbeat, and nothing else.
  if (registration.checks.every(({ type }) => type === 'heartbeat')) return;
  const problems: FieldProblem[] = [];
  let at = 0;
  for (const check of registration.checks) {
    if (check.type === 'heartbeat') continue;
    const field = `checks[${at++}]`;
    const { spec } = check.probe;
    const problem = spec.type === 'script' ? scriptProblem(registration, rules) : hostProblem(spec.host, registration.host, rules);
    if (problem !== null) problems.push({ ...problem, field: `${field}.${problem.field}` });
  }
  if (problems.length > 0) throw refusal(problems);
}

function scriptProblem({ origin }: Pick<Registration, 'origin'>, { scripts }: ProbeRules): FieldProblem | null {
  if (scripts === 'off')
    return { field: 'type', came: '"script"', allowed: 'another type: this registry runs no programs (--script-checks)' };
  if (scripts === 'everybody' || origin.face.startsWith(FILES)) return null;
  return {
    field: 'type',
    came: '"script"',
    allowed: 'another type, or a file of --services-dir: programs are not taken from the network (--script-checks-from-network)',
  };
}

/** The instance's own host, or an address that was allowed by hand; never one that is forbidden. */
function hostProblem(host: string, own: string | null, rules: ProbeRules): FieldProblem | null {
  const came = JSON.stringify(host);
  const objection = objectionToHost(host, rules);
  if (objection !== null)
    return { field: 'host', came, allowed: `no ${objection.replace(/^(an|no) /, '')} (--probe-allow would allow it)` };
  const address = readAddress(host);
  if (host === own || (address !== null && isAllowed(address, rules))) return null;
  return { field: 'host', came, allowed: 'the instance’s own host, or an address that --probe-allow names' };
}
