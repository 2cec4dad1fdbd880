/**
 * The Eureka lens: an instance as Eureka's documents show it, and such a document as a registration. Pure, and the only
 * place that knows both vocabularies.
 *
 * The laws: what was put through this face comes back as it was while nobody changed it elsewhere; after a change elsewhere
 * only what was changed is said anew; an instance of another face is shown so that every client can call it.
 */
import {
  CLUSTER_TTL_MIN_MS,
  heartbeatCheck,
  isTimed,
  InstanceId,
  metadataKind,
  METADATA_ENTRIES_MAX,
  readRegistration,
  ServiceName,
  TTL_MAX_MS,
  type Check,
  type Host,
  type Instance,
  type Namespace,
  type Registration,
} from '@rollcall/core';
import { idOf, usual, type Document, type DocumentPort, type Lease, type Said, type Status, type Texts } from './document.js';
import { labelled, labelsOf } from './labels.js';
import { readKept, writeKept, type Kept } from './kept.js';
import { portCheck } from './port-check.js';
import { ADDRESS_ALLOWED, HTTPS, pagesOf, placeOf } from './place.js';
import { refused } from './read-document.js';
import { overrideOf, shownStatus } from './shown-status.js';

/** What is lost on the way through, and why. */
export const cannotExpress: readonly { readonly feature: string; readonly reason: string }[] = [
  { feature: 'an instance without a host', reason: 'every Eureka client expects an address; such an instance is not shown' },
  { feature: 'further ports', reason: 'a Eureka instance has a plain and a secure one: `https` is the secure one, others are not shown' },
  { feature: 'tags', reason: 'Eureka has none; they stay with the instance, also through a registration here' },
  {
    feature: 'an application that is no service name',
    reason: 'an application is a service, in upper case: names with blanks or slashes, or longer than 128 characters, are refused',
  },
];

/** How registrations are taken. */
export interface Terms {
  /** A lease lasts twice as long as it says, as in the original. */
  readonly doubled: boolean;
  /** This port is looked at. */
  readonly isLookedAt: (host: Host) => boolean;
}

const SECOND_MS = 1000;

/** Throws `invalid-request`. `before`: who is registered under that name, through whatever face. `isTold`: by another server. */
export function write(said: Said, namespace: Namespace, terms: Terms, before: Instance | null, isTold = false): Registration {
  const service = ServiceName.parse(said.app.toLowerCase());
  if (service === undefined) throw refused(`app is ${JSON.stringify(said.app.slice(0, 80))}; allowed here is ${ServiceName.allowed}.`);
  const id = InstanceId.parse(idOf(said));
  if (id === undefined) throw refused(`instanceId is ${JSON.stringify(idOf(said).slice(0, 80))}; allowed here is ${InstanceId.allowed}.`);
  const { host, port, https } = placeOf(said);
  if (host === null) throw refused(`neither ipAddr nor hostName can be called; allowed is ${ADDRESS_ALLOWED}.`);
  const { fitting, others } = sorted(said.metadata);
  const kept = { ...keptOf(said, others, before), isTold };
  const isLookedAt = port !== null && terms.isLookedAt(host);
  const registration = readRegistration(
    {
      namespace,
      service,
      id,
      host,
      port,
      ports: { ...furtherPorts(before), ...(https === null ? {} : { [HTTPS]: https }) },
      tags: before?.tags ?? [],
      metadata: fitting,
      ...labelsOf(said.metadata, said.dataCenter),
      region: before?.region ?? null,
      machine: before?.machine ?? null,
      ttl: ttlOf(said.lease, terms.doubled),
      // Past its lease it is down; where the original would have let it go, it goes.
      deregisterAfter: ttlOf(said.lease, terms.doubled),
      status: said.status === 'UP' ? 'passing' : 'starting',
      checks: isLookedAt ? [portCheck] : [],
    },
    { face: FACE, kept: { [FACE]: writeKept(kept) } },
  );
  return isLookedAt ? { ...registration, checks: registration.checks.map(ownTerm) } : registration;
}

/** It departs by its heartbeats alone: whoever closes its port and goes on to beat is there, and takes no calls. */
function ownTerm(check: Check): Check {
  return isTimed(check) ? { ...check, deregisterAfterMs: check.ttlMs } : check;
}

export const FACE = 'eureka';

/** What is kept of it, if it was put through here last. */
export function ownKept({ origin }: Pick<Instance, 'origin'>): Kept | null {
  return origin.face === FACE ? readKept(origin.kept?.[FACE]) : null;
}

/** The same registration, with something else kept of it. */
export function withKept(instance: Instance, kept: Kept): Registration {
  const { namespace, service, id, host, port, ports, tags, metadata, weight, zone, region, version, machine } = instance;
  const plain = { namespace, service, id, host, port, ports, tags, metadata, weight, zone, region, version, machine };
  const born = kept.status === 'UP' ? 'passing' : 'starting';
  const checks = instance.checks.map((check) => (check.type === 'heartbeat' ? { ...check, born } : check)) as Registration['checks'];
  const origin = { face: FACE, kept: { [FACE]: writeKept(kept) } };
  return { ...plain, checks, deregisterAfterMs: instance.deregisterAfterMs, origin };
}

/** Nobody could call it. */
export function isShown({ host }: Pick<Instance, 'host'>): boolean {
  return host !== null;
}

/** `panic`: its service answers all who could be tried. */
export function read(instance: Instance, panic: boolean): Document {
  const kept = readKept(instance.origin.kept?.[FACE]);
  const shown = kept === null ? strangerOf(instance) : knownOf(instance, kept);
  const status = shownStatus(instance, kept?.status ?? 'UP', panic);
  const lastUpdatedMs = changedAtMs(instance);
  return {
    ...shown,
    status,
    overriddenStatus: overrideOf(instance, kept),
    registeredAtMs: instance.registeredAtMs,
    lastRenewalMs: lastUpdatedMs,
    serviceUpMs: status === 'UP' || kept?.wasUp === true ? instance.registeredAtMs : 0,
    lastUpdatedMs,
    leftAtMs: 0,
    actionType: isModified(instance, kept) ? 'MODIFIED' : 'ADDED',
  };
}

/** The same as in its document. */
export function statusOf(instance: Instance, panic: boolean): Status {
  const text = instance.origin.kept?.[FACE];
  // Nearly always it says nothing of it, and need not be read.
  const own = text?.includes('"status":') === true ? (readKept(text)?.status ?? 'UP') : 'UP';
  return shownStatus(instance, own, panic);
}

/** What was said of it from outside; `UNKNOWN` for nothing. */
export function overrideIn(instance: Instance): Status {
  return overrideOf(instance, readKept(instance.origin.kept?.[FACE]));
}

type Shown = Omit<Said, 'status' | 'overriddenStatus'>;

export function appOf({ service }: { readonly service: ServiceName }): string {
  return service.toUpperCase();
}

/** Of another face: its host is its name, its service its address. */
function strangerOf(instance: Instance): Shown {
  const { id, port } = instance;
  const host = instance.host ?? '';
  const secure = instance.ports[HTTPS] ?? null;
  const name = ServiceName.fold(instance.service);
  return {
    instanceId: id,
    hostName: host,
    app: appOf(instance),
    ipAddr: host,
    sid: null,
    port: { number: port ?? 0, enabled: port !== null },
    securePort: secure === null ? { number: 443, enabled: false } : { number: secure, enabled: true },
    countryId: usual.countryId,
    dataCenter: { name: 'MyOwn', metadata: {} },
    lease: leaseOf(heartbeatCheck(instance)?.ttlMs ?? null),
    metadata: labelled(instance.metadata, instance, { name: 'MyOwn', metadata: {} }),
    appGroupName: null,
    ...pagesOf(instance),
    secureHealthCheckUrl: null,
    vipAddress: name,
    secureVipAddress: secure === null ? null : name,
    isCoordinatingDiscoveryServer: false,
    lastDirtyMs: instance.registeredAtMs,
    asgName: null,
  };
}

/** As it was put, but for what was changed elsewhere since. */
function knownOf(instance: Instance, kept: Kept): Shown {
  const { isNameless, wasUp: _, isModified: __, isTold: ___, metadata, lease, ...said } = kept;
  const was = placeOf(kept);
  const moved = was.host !== instance.host;
  const host = moved ? { hostName: instance.host ?? '', ipAddr: instance.host ?? '' } : {};
  const https = instance.ports[HTTPS] ?? null;
  const ports = {
    ...(was.port === instance.port ? {} : { port: { number: instance.port ?? 0, enabled: instance.port !== null } }),
    ...(was.https === https ? {} : { securePort: securePortOf(kept.securePort, https) }),
  };
  const pages = moved || was.port !== instance.port ? { ...pagesOf(instance), secureHealthCheckUrl: null } : {};
  const ttlMs = heartbeatCheck(instance)?.ttlMs ?? null;
  return {
    ...said,
    instanceId: isNameless ? null : instance.id,
    app: appOf(instance),
    metadata: labelled({ ...metadata, ...instance.metadata }, instance, kept.dataCenter),
    lease: [ttlOf(lease, false), ttlOf(lease, true)].includes(ttlMs ?? 0) ? lease : leaseOf(ttlMs),
    ...host,
    ...ports,
    ...pages,
  };
}

function securePortOf(kept: DocumentPort, https: number | null): DocumentPort {
  return https === null ? { ...kept, enabled: false } : { number: https, enabled: true };
}

function furtherPorts(before: Instance | null): Readonly<Record<string, number>> {
  const { [HTTPS]: _, ...others } = before?.ports ?? {};
  return others;
}

function ttlOf({ durationSeconds }: Lease, doubled: boolean): number {
  return Math.min(Math.max(durationSeconds * SECOND_MS * (doubled ? 2 : 1), CLUSTER_TTL_MIN_MS), TTL_MAX_MS);
}

function leaseOf(ttlMs: number | null): Lease {
  if (ttlMs === null) return usual.lease;
  const durationSeconds = Math.max(1, Math.round(ttlMs / SECOND_MS));
  return { renewalSeconds: Math.max(1, Math.floor(durationSeconds / 3)), durationSeconds };
}

/** What the catalog takes of metadata, and what has to be kept beside it. */
function sorted(metadata: Texts): { readonly fitting: Texts; readonly others: Texts } {
  // Nearly always all of it.
  if (metadataKind.parse(metadata) !== undefined) return { fitting: metadata, others: {} };
  const entries = Object.entries(metadata);
  const fits = entries.filter((entry) => metadataKind.parse(Object.fromEntries([entry])) !== undefined).slice(0, METADATA_ENTRIES_MAX);
  const fitting = new Set(fits.map(([name]) => name));
  return { fitting: Object.fromEntries(fits), others: Object.fromEntries(entries.filter(([name]) => !fitting.has(name))) };
}

function keptOf(said: Said, metadata: Texts, before: Instance | null): Omit<Kept, 'isTold'> {
  const { app: _app, instanceId, ...others } = said;
  const earlier = before === null ? null : ownKept(before);
  return {
    ...others,
    metadata,
    isNameless: instanceId === null || instanceId === '',
    // Of what others said, only that it is up is kept here: everything else is an intent, which all faces understand.
    overriddenStatus: [earlier?.overriddenStatus, said.overriddenStatus].includes('UP') ? 'UP' : 'UNKNOWN',
    wasUp: (said.status === 'UP' && ['UNKNOWN', 'UP'].includes(said.overriddenStatus)) || earlier?.wasUp === true,
    isModified: false,
  };
}

function isModified({ revision, intentRevision, healthRevision }: Instance, kept: Kept | null): boolean {
  // An override that comes with a registration is one commit with it.
  return kept?.isModified === true || intentRevision >= revision || healthRevision > revision;
}

/** When what is shown of it last changed, by the wall clock, as far as that is written somewhere. */
function changedAtMs({ registeredAtMs, verdicts, intent }: Instance): number {
  const found = Object.values(verdicts).map(({ sinceMs }) => sinceMs);
  return Math.max(registeredAtMs, ...found, intent?.mode?.sinceMs ?? 0, intent?.status?.sinceMs ?? 0);
}
