/**
 * Checks as Consul shows them: of an instance, of its node, and those that stand for what somebody said: maintenance, and a status
 * that is set from outside. For Consul the state of a service is the worst of its checks and nothing else, so all of it has to be
 * in them.
 */
import {
  healths,
  verdictOn,
  worseHealth,
  type Check,
  type Health,
  type Instance,
  type Machine,
  type ModeIntent,
  type Verdicts,
} from '@rollcall/core';
import { formatGoDuration } from '../go-duration.js';
import { keptMachine, keptService, type KeptCheck } from '../kept.js';
import type { ConsulNode } from '../catalog/nodes.js';
import { consulTagsOf, serviceIdOf } from './service.js';
import type { Terms } from './terms.js';

export type CheckStatus = 'passing' | 'warning' | 'critical';

export interface CheckRow {
  readonly Node: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: CheckStatus;
  readonly Notes: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceTags: readonly string[];
  readonly Type: string;
  readonly Interval: string;
  readonly Timeout: string;
  readonly ExposedPort: number;
  readonly Definition: object;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export const NODE_MAINTENANCE = '_node_maintenance';
export const SERVICE_MAINTENANCE = '_service_maintenance:';

/** A status that was set from outside and is worse than what was found. */
const SET_STATUS = '_status:';

const SERF = 'serfHealth';

/** Consul knows no beginning: until something is found, it is not well. */
function statusOf(health: Health): CheckStatus {
  return health === 'starting' ? 'critical' : health;
}

/** Those of a node, whoever is on it. */
export function nodeChecks(node: ConsulNode, terms: Terms): readonly CheckRow[] {
  const { machine, member } = node;
  const row = rowsOf({ node: node.name, service: null, ...revisionsOf(node, machine) }, terms);
  const rows: CheckRow[] = [];
  if (member !== null) {
    // It answers, so that it is alive; that of the others follows from the log.
    const alive = { CheckID: SERF, Name: 'Serf Health Status', Status: 'passing', Output: 'Agent alive and reachable' } as const;
    rows.push({ ...row(alive), ModifyIndex: terms.indexes.of(member.revision), CreateIndex: terms.indexes.of(member.revision) });
  }
  if (machine === null) return rows;
  const kept = keptMachine(machine.origin)?.checks;
  for (const check of machine.checks)
    rows.push(row(said(check, machine.verdicts, { id: check.id, name: check.id, kept: kept?.[check.id] })));
  if (machine.modeIntent !== null) rows.push(row(maintenanceOf(machine.modeIntent, { id: NODE_MAINTENANCE, what: 'Node' })));
  return rows;
}

/** Those of the instance alone. */
export function serviceChecks(instance: Instance, node: Pick<ConsulNode, 'name'>, terms: Terms): readonly CheckRow[] {
  const id = serviceIdOf(instance);
  const kept = keptService(instance.origin)?.checks;
  const service = { id, name: instance.service, tags: consulTagsOf(instance) };
  const { createRevision, revision, healthRevision, intentRevision, intent } = instance;
  // Not spread: there are many instances, and most of what one has is not wanted here.
  const row = rowsOf({ node: node.name, service, createRevision, revision, healthRevision }, terms);
  const better = betterOf(instance);
  const rows = instance.checks.map((check) => {
    const named = kept?.[check.id];
    const [checkId, name] = namesOf(instance, check, id);
    return row(capped(said(check, instance.verdicts, { id: checkId, name, kept: named }), better));
  });
  if (intent === null) return rows;
  const spokenRow = rowsOf({ node: node.name, service, createRevision, revision, healthRevision: intentRevision }, terms);
  if (intent.mode !== null) rows.push(spokenRow(maintenanceOf(intent.mode, { id: `${SERVICE_MAINTENANCE}${id}`, what: 'Service' })));
  const worse = intent.status;
  if (worse !== null && worseHealth(worse.health, foundOf(instance)) !== foundOf(instance))
    rows.push(
      spokenRow({ CheckID: `${SET_STATUS}${id}`, Name: 'Status set from outside', Status: statusOf(worse.health), Output: worse.reason }),
    );
  return rows;
}

/** Told without making the rows of it: of all instances few are as one asks. `any`: of whatever status. */
export function mayHaveCheckIn({ checks, verdicts, intent }: Instance, state: string): boolean {
  if (intent !== null) return true;
  if (state === 'any') return checks.length > 0;
  return checks.some((check) => statusOf(verdictOn(verdicts, check.id)?.status ?? check.born) === state);
}

/** All checks pass, as `?passing` wants it. */
export function worstOf(rows: readonly Pick<CheckRow, 'Status'>[]): CheckStatus {
  let worst: CheckStatus = 'passing';
  for (const { Status } of rows) {
    if (Status === 'critical') return 'critical';
    if (Status === 'warning') worst = 'warning';
  }
  return worst;
}

type Saying = Pick<CheckRow, 'CheckID' | 'Name' | 'Status' | 'Output'> & Partial<CheckRow>;

interface Whose {
  readonly node: string;
  readonly service: { readonly id: string; readonly name: string; readonly tags: readonly string[] } | null;
  readonly createRevision: number;
  readonly revision: number;
  readonly healthRevision: number;
}

function rowsOf({ node, service, createRevision, revision, healthRevision }: Whose, { indexes }: Terms): (saying: Saying) => CheckRow {
  return (saying) => ({
    Node: node,
    CheckID: saying.CheckID,
    Name: saying.Name,
    Status: saying.Status,
    Notes: saying.Notes ?? '',
    Output: saying.Output,
    ServiceID: service?.id ?? '',
    ServiceName: service?.name ?? '',
    ServiceTags: service?.tags ?? [],
    Type: saying.Type ?? '',
    Interval: saying.Interval ?? '',
    Timeout: saying.Timeout ?? '',
    ExposedPort: 0,
    Definition: saying.Definition ?? {},
    CreateIndex: indexes.of(createRevision),
    ModifyIndex: indexes.of(Math.max(revision, healthRevision)),
  });
}

function revisionsOf(
  { created, modified }: ConsulNode,
  machine: Machine | null,
): Pick<Whose, 'createRevision' | 'revision' | 'healthRevision'> {
  return { createRevision: created, revision: modified, healthRevision: machine?.healthRevision ?? 0 };
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly kept: KeptCheck | undefined;
}

function said(check: Check, verdicts: Verdicts, { id, name, kept }: Named): Saying {
  const verdict = verdictOn(verdicts, check.id);
  return {
    CheckID: id,
    Name: kept?.name ?? name,
    Status: statusOf(verdict?.status ?? check.born),
    Notes: kept?.notes ?? '',
    Output: verdict?.output ?? kept?.output ?? '',
    Type: kept === undefined ? typeOf(check) : (kept.type ?? ''),
    Interval: kept === undefined ? intervalOf(check) : (kept.interval ?? ''),
    Timeout: kept === undefined ? timeoutOf(check) : (kept.timeout ?? ''),
    ...(kept?.definition === undefined ? {} : { Definition: kept.definition }),
  };
}

function typeOf(check: Check): string {
  if (check.type !== 'heartbeat') return check.type;
  return check.ttlMs === null ? '' : 'ttl';
}

function intervalOf(check: Check): string {
  return check.type === 'heartbeat' || check.type === 'alias' ? '' : formatGoDuration(check.probe.intervalMs);
}

function timeoutOf(check: Check): string {
  return check.type === 'heartbeat' || check.type === 'alias' ? '' : formatGoDuration(check.probe.timeoutMs);
}

/** As Consul names them where nobody did: those of others' instances, too. */
function namesOf(instance: Instance, check: Check, serviceId: string): readonly [id: string, name: string] {
  if (keptService(instance.origin) !== null) return [check.id, check.id];
  const only = instance.checks.length === 1;
  return [only ? `service:${serviceId}` : `service:${serviceId}:${check.id}`, `Service '${instance.service}' check`];
}

/** Whoever drains is not to be called either, and Consul knows no other word for that. */
function maintenanceOf({ mode, reason }: ModeIntent, { id, what }: { readonly id: string; readonly what: 'Node' | 'Service' }): Saying {
  const given = reason === '' ? `Maintenance mode is enabled for this ${what.toLowerCase()}, but no reason was provided.` : reason;
  const draining = reason === '' ? 'Draining' : `Draining: ${reason}`;
  const Notes = mode === 'draining' ? draining : given;
  return { CheckID: id, Name: `${what} Maintenance Mode`, Status: 'critical', Output: '', Notes, Type: 'maintenance' };
}

function foundOf({ checks, verdicts }: Instance): Health {
  return checks.reduce<Health>((worst, check) => worseHealth(worst, verdictOn(verdicts, check.id)?.status ?? check.born), 'passing');
}

/** What was said from outside, where that is better than what was found. */
function betterOf(instance: Instance): { readonly health: Health; readonly reason: string } | null {
  const set = instance.intent?.status ?? null;
  return set !== null && healths.indexOf(set.health) < healths.indexOf(foundOf(instance)) ? set : null;
}

function capped(saying: Saying, better: ReturnType<typeof betterOf>): Saying {
  if (better === null || saying.Status === 'passing' || statusOf(better.health) === saying.Status) return saying;
  return { ...saying, Status: statusOf(better.health), Output: `${better.reason}: ${saying.Output}` };
}
