/**
 * The native lens: instances as JSON, and JSON as registrations. Both spellings in common use come in, one
 * goes out.
 */
import { spellings } from '@rollcall/contract';
import {
  formatDurationOrNone,
  heartbeatCheck,
  isRollcallError,
  readRegistration,
  refusal,
  type FieldProblem,
  type Instance,
  type InstanceRef,
  type Machine,
  type ModeIntent,
  type Namespace,
  type Registration,
  type Verdict,
} from '@rollcall/core';

/** What is lost on the way through, and why. */
export const cannotExpress: readonly { readonly feature: string; readonly reason: string }[] = [
  {
    feature: 'several heartbeats of one instance',
    reason: '`ttl` speaks of the one that a native instance has; further ones are not shown',
  },
];

/** The law: its fields up to `deregisterAfter`, written again, are the same registration. The others are the registry's own words. */
export function read(instance: Instance): object {
  const verdict = Object.values(instance.verdicts).find(({ status }) => status === instance.health);
  return {
    ...readRef(instance),
    ...withoutNulls({ host: instance.host, port: instance.port }),
    ports: instance.ports,
    tags: instance.tags,
    metadata: instance.metadata,
    weight: instance.weight,
    ...withoutNulls({ zone: instance.zone, region: instance.region, version: instance.version, machine: instance.machine }),
    ttl: formatDurationOrNone(heartbeatCheck(instance)?.ttlMs ?? null),
    ...readStatus(instance),
    deregisterAfter: formatDurationOrNone(instance.deregisterAfterMs),
    mode: instance.mode,
    ...readReason(instance.intent?.mode ?? null),
    health: instance.health,
    ...(verdict === undefined ? {} : readVerdict(verdict)),
    ...readOverride(instance),
    ...(instance.held ? { held: true } : {}),
    incarnation: instance.incarnation,
    registeredAt: time(instance.registeredAtMs),
    revision: instance.revision,
  };
}

export function readRef({ namespace, service, id }: InstanceRef): object {
  return { namespace, service, id };
}

/** What it was registered as, if that was not `passing`; how it is now is its health. */
function readStatus(instance: Instance): object {
  const { born = 'passing' } = heartbeatCheck(instance) ?? {};
  return born === 'passing' ? {} : { status: born };
}

/** `instances` is how many name it. */
export function readMachine(machine: Machine, instances: number): object {
  const { namespace, name, addresses, metadata, mode, modeIntent, health, registeredAtMs, revision } = machine;
  const shown = { namespace, name, addresses, metadata, mode, ...readReason(modeIntent), health, instances };
  return { ...shown, registeredAt: time(registeredAtMs), revision };
}

/** Throws `invalid-request`, naming fields as the sender spelled them. A namespace in the query and in the body must be the same. */
export function write(body: unknown, namespace: Namespace | null): Registration {
  const spellings = new Map<string, string>();
  const renamed = isTable(body) ? rename(body, spellings) : body;
  const input = isTable(renamed) && namespace !== null ? { namespace, ...renamed } : renamed;
  const registration = asSpelled(spellings, () => readRegistration(input, { face: 'native' }));
  if (namespace === null || registration.namespace === namespace) return registration;
  throw refusal([{ field: 'namespace', came: JSON.stringify(registration.namespace), allowed: `${namespace}, as in the query` }]);
}

const canonicalNames: ReadonlyMap<string, string> = new Map(Object.entries(spellings));

function rename(body: Readonly<Record<string, unknown>>, spellings: Map<string, string>): object {
  const renamed = Object.entries(body).map(([name, value]) => {
    const canonical = canonicalNames.get(name) ?? name;
    const other = spellings.get(canonical);
    if (other !== undefined) throw refusal([{ field: name, came: `beside ${other}`, allowed: 'one of the two, they mean the same' }]);
    spellings.set(canonical, name);
    return [canonical, value] as const;
  });
  return Object.fromEntries(renamed);
}

function asSpelled<Result>(spellings: ReadonlyMap<string, string>, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (!isRollcallError(error, 'invalid-request')) throw error;
    const problems = error.details['problems'] as readonly FieldProblem[];
    throw refusal(problems.map((problem) => ({ ...problem, field: spelled(problem.field, spellings) })));
  }
}

/** `metadata.zone` and `tags[3]` begin with the field's name. */
function spelled(field: string, spellings: ReadonlyMap<string, string>): string {
  return field.replace(/^[^.[]*/, (name) => spellings.get(name) ?? name);
}

function readVerdict({ sinceMs, output }: Verdict): object {
  return { healthSince: time(sinceMs), healthOutput: output };
}

function readOverride({ intent }: Instance): object {
  const said = intent?.status ?? null;
  if (said === null) return {};
  const { health, reason, sinceMs } = said;
  return { healthOverride: { health, ...(reason === '' ? {} : { reason }), since: time(sinceMs) } };
}

function readReason(intent: ModeIntent | null): object {
  return intent === null || intent.reason === '' ? {} : { modeReason: intent.reason };
}

function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

export function time(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
