/** The calls by which services come to an agent and leave it. */
import { isRollcallError, Namespace, RollcallError, ServiceName, type Caller, type Check, type Host, type Instance } from '@rollcall/core';
import type { HttpAnswer } from '../../shared/http-face.js';
import { instanceIdOn, type Agent, type Agents } from './agents.js';
import { done } from './answer.js';
import { readBody } from './body.js';
import type { SaidCheck } from './check-body.js';
import { CHECKS_OF_ONE_MAX, translateCheck, type CheckPlace } from './check-terms.js';
import { Finding } from './finding.js';
import { keptService, type KeptCheck } from './kept.js';
import { registrationOf } from './map.js';
import { ConsulRefusal } from './refusal.js';
import { reviseInstance, type Revising } from './revising.js';
import type { Ask, ConsulRoute } from './route.js';
import { agentServiceKind, type AgentServiceFields } from './service-body.js';
import type { Said } from './body.js';

export interface AgentWrites extends Revising {
  readonly agents: Agents;
  readonly finding: Finding;
}

async function register(ask: Ask, writes: AgentWrites): Promise<HttpAnswer> {
  const said = readBody(ask.body, agentServiceKind);
  const { caller } = ask;
  const agent = writes.agents.of(caller);
  await registerService(writes, said, {
    agent,
    address: writes.agents.sourceOf(caller) ?? agent.address,
    replaceChecks: ask.query.truth('replace-existing-checks') === true,
    caller,
  });
  return done;
}

interface Registering {
  readonly agent: Agent;
  /** Where it is, if it does not say so. */
  readonly address: Host;
  /** Checks that it had and does not name go. */
  readonly replaceChecks: boolean;
  readonly caller: Caller;
}

async function registerService(writes: AgentWrites, said: Said<AgentServiceFields>, registering: Registering): Promise<void> {
  const { agent, address, replaceChecks, caller } = registering;
  const name = said.Name ?? '';
  if (name === '') throw new ConsulRefusal(400, 'Missing service name');
  demandOwn(said.Namespace, said.Partition);
  const serviceId = said.ID === undefined || said.ID === '' ? name : said.ID;
  const id = instanceIdOn(agent.name, serviceId);
  const service = ServiceName.parse(name);
  if (id === undefined) throw new ConsulRefusal(400, `Invalid service ID ${JSON.stringify(serviceId)}: it is too long, or does not print`);
  const place: CheckPlace = {
    host: address,
    localhost: agent.address,
    follow: (followed) => followedOn(writes, agent, followed),
  };
  const settled = settledChecks(said, serviceId, name).map((one) => ({ id: one.id, ...translateCheck(one.said, one.id, one.name, place) }));
  if (service !== undefined) await leaveOthers(writes, agent, serviceId, service, caller);
  const ref = { namespace: Namespace.default, service: service ?? ('' as ServiceName), id };
  await reviseInstance(writes, ref, caller, (before) => {
    const wanted = settled.map(({ id: checkId, check, kept }) => ({ check: asBefore(check, before), kept: [checkId, kept] as const }));
    const left = replaceChecks ? { checks: [], kept: {} } : leftChecks(before, new Set(settled.map((one) => one.id)));
    const checks = [...left.checks, ...wanted.map(({ check }) => check)];
    const keptChecks = { ...left.kept, ...Object.fromEntries(wanted.map(({ kept }) => kept)) };
    return registrationOf({ id, serviceId, name, said, node: agent.name, address, checks, keptChecks, before });
  });
}

/** Other than the default ones there are none. Throws what Consul's free edition answers. */
export function demandOwn(namespace = '', partition = ''): void {
  const isOther = (name: string): boolean => name !== '' && name !== 'default';
  if (isOther(namespace)) throw new ConsulRefusal(400, 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature');
  if (isOther(partition)) throw new ConsulRefusal(400, 'Invalid query parameter: "partition" - Partitions are a Consul Enterprise feature');
}

interface SettledCheck {
  readonly said: SaidCheck;
  readonly id: string;
  readonly name: string;
}

/** As Consul calls those that have no id of their own: after the service, with a number where there are several. */
function settledChecks({ Check, Checks = [] }: Said<AgentServiceFields>, serviceId: string, name: string): readonly SettledCheck[] {
  const all = [...(Check === undefined || isEmpty(Check) ? [] : [Check]), ...Checks];
  if (all.length > CHECKS_OF_ONE_MAX)
    throw new ConsulRefusal(400, `Invalid check: there are ${all.length}; allowed are ${CHECKS_OF_ONE_MAX}`);
  const settled = all.map((said, at) => {
    const usual = all.length > 1 ? `service:${serviceId}:${at + 1}` : `service:${serviceId}`;
    const id = said.CheckID ?? '';
    return {
      said,
      id: checkIdOf(id === '' ? usual : id),
      name: said.Name === undefined || said.Name === '' ? `Service '${name}' check` : said.Name,
    };
  });
  // Of two that are called the same, the later one stands.
  return [...new Map(settled.map((one) => [one.id, one])).values()];
}

const CHECK_ID_MAX = 512;

/** Throws what Consul answers to one that nobody could speak of. */
export function checkIdOf(id: string): string {
  if (id.length <= CHECK_ID_MAX && !/[\p{Cc}\p{Cs}]/u.test(id)) return id;
  throw new ConsulRefusal(400, `Invalid check: its ID is too long, or does not print`);
}

function isEmpty(check: SaidCheck): boolean {
  return Object.values(check).every(
    (value) => value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0),
  );
}

/** A check that stays is born as it was: what it found meanwhile is kept, and that it had found nothing yet, too. */
export function asBefore<One extends Check>(check: One, before: { readonly checks: readonly Check[] } | undefined): One {
  const known = before?.checks.find(({ id }) => id === check.id);
  return known === undefined ? check : { ...check, born: known.born };
}

function leftChecks(
  before: Instance | undefined,
  named: ReadonlySet<string>,
): { readonly checks: readonly Check[]; readonly kept: Readonly<Record<string, KeptCheck>> } {
  const kept = before === undefined ? {} : (keptService(before.origin)?.checks ?? {});
  return {
    checks: (before?.checks ?? []).filter(({ id }) => Object.hasOwn(kept, id) && !named.has(id)),
    kept: Object.fromEntries(Object.entries(kept).filter(([id]) => !named.has(id))),
  };
}

/** On one node an id is one service: whoever had it under another name goes. */
async function leaveOthers(
  { finding, registrar }: AgentWrites,
  agent: Agent,
  serviceId: string,
  service: ServiceName,
  caller: Caller,
): Promise<void> {
  for (const other of finding.onNode(agent, serviceId)) {
    if (ServiceName.fold(other.service) === ServiceName.fold(service) || keptService(other.origin) === null) continue;
    await registrar.deregister(other, caller).catch(unlessGone);
  }
}

export function unlessGone(error: unknown): void {
  if (!isRollcallError(error, 'not-found')) throw error;
}

/** Whoever is not here yet is called as it would be if its name were its id. */
export function followedOn({ finding }: AgentWrites, agent: Agent, serviceId: string): ReturnType<CheckPlace['follow']> {
  const [known] = finding.onNode(agent, serviceId);
  if (known !== undefined) return { service: known.service, id: known.id };
  const [service, id] = [ServiceName.parse(serviceId), instanceIdOn(agent.name, serviceId)];
  return service === undefined || id === undefined ? null : { service, id };
}

async function deregister(ask: Ask, writes: AgentWrites): Promise<HttpAnswer> {
  const serviceId = ask.rest;
  const { caller } = ask;
  const instance = await serviceNamed(writes, serviceId, caller);
  // What was said of it in this protocol goes with it, as its checks do.
  if (instance.intent?.mode?.mode === 'out' && keptService(instance.origin) !== null)
    await writes.registrar.setMode(instance, { mode: 'in' }, caller).catch(unlessGone);
  await writes.registrar.deregister(instance, caller).catch(unlessGone);
  return done;
}

/** Throws the 404 that clients know, which is only said after the log was asked. */
export async function serviceNamed(writes: AgentWrites, serviceId: string, caller: Caller): Promise<Instance> {
  const agent = writes.agents.of(caller);
  let found = writes.finding.service(agent, serviceId);
  if (found === 'nobody') {
    await catchUp(writes, caller);
    found = writes.finding.service(agent, serviceId);
  }
  if (found === 'nobody') {
    const text = `Unknown service ID ${JSON.stringify(serviceId)}. Ensure that the service ID is passed, not the service name.`;
    throw new ConsulRefusal(404, text);
  }
  if (found !== 'several') return found;
  const text = `Unknown service ID ${JSON.stringify(serviceId)} on the agent ${agent.name}, and several others have one: deregister it from where it runs, or with /v1/catalog/deregister and its node`;
  throw new ConsulRefusal(404, text);
}

/** Settles when the view shows what the log holds; throws where the log cannot be asked, so that nobody takes that for an absence. */
export async function catchUp({ registrar }: AgentWrites, caller: Caller): Promise<void> {
  // A stranger's heartbeat is answered only after the log was asked.
  const stranger = { namespace: Namespace.default, service: null, id: STRANGER };
  const [error] = await registrar.heartbeats([stranger], caller);
  if (error instanceof RollcallError && error.code !== 'not-found') throw error;
}

/** An id that no instance has: it has no node behind it. */
const STRANGER = '@' as Instance['id'];

export function agentServiceRoutes(writes: AgentWrites): readonly ConsulRoute[] {
  return [
    { method: 'PUT', path: '/agent/service/register', right: 'write', handle: (ask) => register(ask, writes) },
    { method: 'PUT', path: '/agent/service/deregister/*', right: 'write', handle: (ask) => deregister(ask, writes) },
  ];
}
