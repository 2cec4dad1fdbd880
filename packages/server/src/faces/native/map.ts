/**
 * The native lens: instances as JSON, and JSON as registrations. Both spellings in common use come in, one
 * goes out.
 */
import { spellings } from '@rollcall/contract';
import {
  formatDurationOrNone,
  heartbeatCheck,
  isFlapping,
  isRollcallError,
  readRegistration,
  refusal,
  shownCheck,
  type FieldProblem,
  type Instance,
  type InstanceRef,
  type Machine,
  type ModeIntent,
  type ModeOwner,
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

/**
 * In one literal, because every registration is answered with one: what is `undefined` is not in its JSON.
 *
 * The law: its fields up to `deregisterAfter`, written again, are the same registration. The others are the registry's own words.
 */
export function read(instance: Instance): object {
  const verdict = shownVerdict(instance);
  const check = heartbeatCheck(instance);
  return {
    namespace: instance.namespace,
    service: instance.service,
    id: instance.id,
    host: instance.host ?? undefined,
    port: instance.port ?? undefined,
    ports: instance.ports,
    tags: instance.tags,
    metadata: instance.metadata,
    weight: instance.weight,
    zone: instance.zone ?? undefined,
    region: instance.region ?? undefined,
    version: instance.version ?? undefined,
    machine: instance.machine ?? undefined,
    ttl: formatDurationOrNone(check?.ttlMs ?? null),
    checks: shownChecks(instance),
    // What it was registered as, if that was not `passing`; how it is now is its health.
    status: check === undefined || check.born === 'passing' ? undefined : check.born,
    deregisterAfter: formatDurationOrNone(instance.deregisterAfterMs),
    mode: instance.mode,
    modeReason: instance.intent?.mode?.reason === '' ? undefined : instance.intent?.mode?.reason,
    modeBy: instance.mode === 'in' ? undefined : modeBy(instance),
    health: instance.health,
    healthSince: verdict && time(verdict.sinceMs),
    healthOutput: verdict?.output,
    healthOverride: shownOverride(instance),
    held: instance.held || undefined,
    flapping: isFlapping(instance) || undefined,
    incarnation: instance.incarnation,
    registeredAt: time(instance.registeredAtMs),
    revision: instance.revision,
  };
}

/** Those that are probed; most instances have none. */
function shownChecks({ checks }: Pick<Instance, 'checks'>): readonly object[] | undefined {
  // Nearly always there is the heartbeat, and nothing else.
  if (checks.length === 0 || (checks.length === 1 && checks[0]?.type === 'heartbeat')) return undefined;
  const shown = checks.flatMap((check) => (check.type === 'heartbeat' ? [] : [shownCheck(check)]));
  return shown.length === 0 ? undefined : shown;
}

export function readRef({ namespace, service, id }: InstanceRef): object {
  return { namespace, service, id };
}

/** `instances` is how many name it. */
export function readMachine(machine: Machine, instances: number): object {
  const { namespace, name, addresses, metadata, mode, modeIntent, health, registeredAtMs, revision } = machine;
  const verdict = shownVerdict(machine);
  const ttl = formatDurationOrNone(heartbeatCheck(machine)?.ttlMs ?? null);
  const found = { health, ...(verdict && { healthSince: time(verdict.sinceMs), healthOutput: verdict.output }) };
  const checks = shownChecks(machine);
  const shown = {
    namespace,
    name,
    addresses,
    metadata,
    ttl,
    ...(checks && { checks }),
    mode,
    ...readReason(modeIntent),
    ...found,
    instances,
  };
  return { ...shown, registeredAt: time(registeredAtMs), revision };
}

/** Throws `invalid-request`, naming fields as the sender spelled them. A namespace in the query and in the body must be the same. */
export function write(body: unknown, namespace: Namespace | null): Registration {
  const registration = isTable(body) && !isCanonical(body) ? readSpelled(body, namespace) : readIn(body, namespace);
  if (namespace === null || registration.namespace === namespace) return registration;
  throw refusal([{ field: 'namespace', came: JSON.stringify(registration.namespace), allowed: `${namespace}, as in the query` }]);
}

function readIn(body: unknown, namespace: Namespace | null): Registration {
  return readRegistration(isTable(body) && namespace !== null ? { namespace, ...body } : body, { face: 'native' });
}

function readSpelled(body: Readonly<Record<string, unknown>>, namespace: Namespace | null): Registration {
  const spellings = new Map<string, string>();
  const renamed = rename(body, spellings);
  return asSpelled(spellings, () => readIn(renamed, namespace));
}

const canonicalNames: ReadonlyMap<string, string> = new Map(Object.entries(spellings));

/** Most senders spell as we do. */
function isCanonical(body: Readonly<Record<string, unknown>>): boolean {
  for (const name in body) if ((canonicalNames.get(name) ?? name) !== name) return false;
  return true;
}

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

/** The one that its health comes from. */
function shownVerdict({ verdicts, health }: Pick<Instance, 'verdicts' | 'health'>): Verdict | undefined {
  for (const check in verdicts) if (verdicts[check]?.status === health) return verdicts[check];
  return undefined;
}

function shownOverride({ intent }: Instance): object | undefined {
  const said = intent?.status ?? null;
  if (said === null) return undefined;
  const { health, reason, sinceMs } = said;
  return { health, ...(reason === '' ? {} : { reason }), since: time(sinceMs) };
}

/** Its own mode counts before its machine's where both are the same. */
function modeBy({ mode, intent }: Pick<Instance, 'mode' | 'intent'>): ModeOwner | 'machine' {
  const own = intent?.mode ?? null;
  return own?.mode === mode ? own.owner : 'machine';
}

function readReason(intent: ModeIntent | null): object {
  return intent === null || intent.reason === '' ? {} : { modeReason: intent.reason };
}

export function time(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
