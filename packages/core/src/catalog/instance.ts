/** An instance as the catalog shows it: its registration with the verdicts on it. Derived, never stored. */
import { healthOf, verdictOn, worseHealth, type Health, type Verdict, type Verdicts } from './health.js';
import { worseMode, type Intent, type Mode } from './intent.js';
import type { Machine } from './machine.js';
import type { ServiceName } from './names.js';
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
  /** The revision that last changed that; 0 where nothing is said. */
  readonly intentRevision: number;
  /** It should have departed, and waits because of the guard. */
  readonly held: boolean;
}

/** What a registration's record says, and when it said so. Every instance is one too. */
export interface Registered extends Registration {
  readonly incarnation: number;
  readonly registeredAtMs: number;
  readonly createRevision: number;
  readonly revision: number;
}

/** What was found and said about a registration, besides itself. */
export interface Circumstances {
  readonly verdicts: Verdicts;
  readonly healthRevision: number;
  readonly held: boolean;
  readonly intent: Intent | null;
  readonly intentRevision: number;
  /** The one that it names, if that is here. */
  readonly machine: Pick<Machine, 'health' | 'mode'> | null;
}

/** As it was born. */
export const bornCircumstances: Circumstances = {
  verdicts: Object.freeze({}),
  healthRevision: 0,
  held: false,
  intent: null,
  intentRevision: 0,
  machine: null,
};

/**
 * What a registration becomes under its circumstances: the same wherever they are read. All instances are made here,
 * in one shape.
 */
export function instanceOf(one: Registered, circumstances: Circumstances): Instance {
  const { verdicts, healthRevision, held, intent, intentRevision, machine } = circumstances;
  const found = healthOf(one, verdicts);
  return {
    namespace: one.namespace,
    service: one.service,
    id: one.id,
    host: one.host,
    port: one.port,
    ports: one.ports,
    tags: intent?.tags ?? one.tags,
    metadata: intent === null ? one.metadata : patchedMetadata(one.metadata, intent.metadata),
    weight: intent?.weight ?? one.weight,
    zone: one.zone,
    region: one.region,
    version: one.version,
    machine: one.machine,
    checks: one.checks,
    deregisterAfterMs: one.deregisterAfterMs,
    origin: one.origin,
    incarnation: one.incarnation,
    registeredAtMs: one.registeredAtMs,
    createRevision: one.createRevision,
    revision: one.revision,
    healthRevision,
    mode: worseMode(intent?.mode?.mode ?? 'in', machine?.mode ?? 'in'),
    health: intent?.status?.health ?? worseHealth(found, machine?.health ?? 'passing'),
    verdicts,
    intent,
    intentRevision,
    // The mark is taken away by whatever is written next; who is no longer critical is held by nobody.
    held: held && found === 'critical',
  };
}

/** Lays a patch over what a registration says. */
function patchedMetadata(metadata: Texts, patch: Readonly<Record<string, string | null>>): Texts {
  const patched = Object.entries(patch);
  if (patched.length === 0) return metadata;
  const all = new Map<string, string | null>([...Object.entries(metadata), ...patched]);
  return Object.fromEntries([...all].filter((entry): entry is [string, string] => entry[1] !== null));
}

type Texts = Readonly<Record<string, string>>;

/** What discovery returns unless asked otherwise. */
export function isInRotation(instance: Pick<Instance, 'mode' | 'health'>): boolean {
  return instance.mode === 'in' && (instance.health === 'passing' || instance.health === 'warning');
}

/** The heartbeat's verdict, if it is that the heartbeat lapsed. */
export function lapseOf(instance: Pick<Instance, 'checks' | 'verdicts'>): Verdict | undefined {
  const check = heartbeatCheck(instance);
  const verdict = check && verdictOn(instance.verdicts, check.id);
  return verdict?.status === 'critical' && verdict.reason === 'lapse' ? verdict : undefined;
}

/** Which of two instances of a service is the older one; of those that came in one commit, the one with the first id. */
export function isOlder(one: Instance, other: Instance): boolean {
  return one.createRevision < other.createRevision || (one.createRevision === other.createRevision && one.id < other.id);
}

/** The oldest instance gives a service's name its spelling; `undefined` where there is none. */
export function spelling(instances: readonly Instance[]): ServiceName | undefined {
  let oldest = instances[0];
  for (const instance of instances) if (oldest === undefined || isOlder(instance, oldest)) oldest = instance;
  return oldest?.service;
}
