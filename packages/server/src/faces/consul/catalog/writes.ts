/**
 * Rows of the catalog, written by whoever speaks for others: nodes, services on them and checks with a status that nobody here
 * finds out. What an agent's own caller registered is changed by it as well: there is one catalog, and nobody wipes it by and by.
 */
import {
  Host,
  MachineName,
  Namespace,
  type Caller,
  type Check,
  type Instance,
  type Machine,
  type MachineRegistration,
  type Drafted,
  type DraftWritten,
} from '@rollcall/core';
import type { HttpAnswer } from '../../../shared/http-face.js';
import { instanceIdOn } from '../agent/agents.js';
import { keepingChecks, keepingNode, removeFromNode, removeFromService } from '../agent/checks.js';
import { unlessGone, type AgentWrites } from '../agent/services.js';
import { checkIdOf, demandOwn } from '../said/definitions.js';
import { json } from '../answer.js';
import { readBody } from '../said/body.js';
import { demandOwnChecks, removalKind, rowKind, typeOfRow, type Row, type RowCheck } from '../said/catalog-body.js';
import { statusOf } from '../said/check-terms.js';
import { Finding } from '../agent/finding.js';
import { CONSUL, keptMachine, keptService, type KeptCheck, type KeptMachine } from '../kept.js';
import { demandMeta, hostIn, registrationOf, usualWeights } from '../map.js';
import { ConsulRefusal } from '../refusal.js';
import { reviseInstance, reviseMachine } from '../agent/revising.js';
import type { Ask, ConsulRoute } from '../route.js';
import type { SaidService } from '../said/service-body.js';

export interface CatalogWrites extends AgentWrites {
  readonly datacenter: string;
  /** The names of those who are on no machine that was said are those of their hosts. */
  readonly isOn: (instance: Instance, node: MachineName) => boolean;
  /** Several writes as one; `null` where this node only hands them on. */
  readonly together: Together | null;
}

/** All that `make` writes is one commit, or nothing of it happens. `too-large`: no commit has room for it, and nothing was written. */
export type Together = <Answer>(make: (drafted: CatalogWrites) => Promise<Drafted<Answer>>) => Promise<DraftWritten<Answer> | 'too-large'>;

/** In one commit where that can be, and otherwise one after the other. */
async function asOne(writes: CatalogWrites, work: (writes: CatalogWrites) => Promise<void>): Promise<void> {
  const written = await writes.together?.(async (drafted) => ({ answer: await work(drafted) }));
  if (written === undefined || written === 'too-large') await work(writes);
}

async function register(ask: Ask, writes: CatalogWrites): Promise<HttpAnswer> {
  const row = readBody(ask.body, rowKind);
  await asOne(writes, (drafted) => registerRow(drafted, row, ask.caller));
  return json(ask, true);
}

/** Throws what Consul answers: 500, for it is a server that says so and no agent. */
export async function registerRow(writes: CatalogWrites, row: Row, caller: Caller): Promise<void> {
  demandDatacenter(writes, row.Datacenter);
  demandOwn(row.Namespace, row.Partition);
  const node = nodeNamed(row.Node);
  const address = row.Address ?? '';
  if (address === '' && row.SkipNodeUpdate !== true) throw new ConsulRefusal(500, 'Must provide address if SkipNodeUpdate is not set');
  if (row.ID !== undefined && row.ID !== '' && !UUID.test(row.ID)) throw new ConsulRefusal(500, `Bad node ID: ${row.ID}`);
  demandMeta(row.NodeMeta ?? {});
  demandOwnChecks(node, row);
  const checks = [...(row.Check === undefined ? [] : [row.Check]), ...(row.Checks ?? [])].map(settledCheck);
  const known = writes.finding.node(node);
  if (row.SkipNodeUpdate !== true || known === undefined) await putNode(writes, node, row, caller);
  const service = await putService(writes, node, row, checks, caller);
  const of = (one: SettledCheck): string => one.row.ServiceID ?? '';
  for (const one of checks.filter((each) => of(each) !== '' && of(each) !== service?.serviceId))
    await putServiceCheck(writes, node, one, caller);
  const own = checks.filter((one) => of(one) === '');
  if (own.length > 0) await putNodeChecks(writes, node, own, caller);
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function demandDatacenter({ datacenter }: Pick<CatalogWrites, 'datacenter'>, named = ''): void {
  if (named !== '' && named.toLowerCase() !== datacenter.toLowerCase()) throw new ConsulRefusal(500, 'No path to datacenter');
}

function nodeNamed(name = ''): MachineName {
  if (name === '') throw new ConsulRefusal(500, 'Must provide node');
  const node = MachineName.parse(name);
  if (node === undefined) throw new ConsulRefusal(500, `Invalid node name ${JSON.stringify(name)}: allowed is ${MachineName.allowed}`);
  return node;
}

async function putNode(writes: CatalogWrites, node: MachineName, row: Row, caller: Caller): Promise<void> {
  const said = row.Address ?? '';
  const host = said === '' ? null : hostIn(said);
  await reviseMachine(writes, node, caller, (before): MachineRegistration => {
    const { checks = {} } = (before && keptMachine(before.origin)) ?? {};
    const id = row.ID === '' ? undefined : row.ID;
    const tagged = row.TaggedAddresses ?? {};
    const places = Object.entries(tagged).flatMap(([name, address]): readonly (readonly [string, Host])[] => {
      const parsed = Host.parse(address);
      return parsed === undefined || name === 'host' || !/^[\w.-]{1,63}$/.test(name) ? [] : [[name, parsed]];
    });
    const kept: KeptMachine = {
      ...(id === undefined ? {} : { id: id.toLowerCase() }),
      ...(said === '' || said === host ? {} : { address: { said, as: host } }),
      taggedAddresses: tagged,
      ...(row.Locality === undefined ? {} : { locality: row.Locality }),
      checks,
    };
    const known = before ?? { checks: [], origin: { face: CONSUL } };
    const addresses = { ...(host === null ? {} : { host }), ...Object.fromEntries(places) };
    const machine = {
      namespace: Namespace.default,
      name: node,
      addresses,
      metadata: row.NodeMeta ?? {},
      checks: known.checks,
      origin: known.origin,
    };
    return keepingNode(machine, known.checks, kept);
  });
}

interface SettledCheck {
  readonly row: RowCheck;
  readonly check: Check;
  readonly kept: KeptCheck;
}

function settledCheck(row: RowCheck): SettledCheck {
  const given = [row.CheckID, row.Name].find((text) => text !== undefined && text !== '');
  if (given === undefined) throw new ConsulRefusal(500, 'Must provide check name or ID');
  const { Name = '', Notes, Type, Definition, Output } = row;
  const kept: KeptCheck = {
    name: Name,
    ...(Notes === undefined || Notes === '' ? {} : { notes: Notes }),
    ...typeOfRow(Type, Definition),
    ...(Definition === undefined ? {} : { definition: Definition }),
    ...(Output === undefined || Output === '' ? {} : { output: Output }),
  };
  return { row, check: { id: checkIdOf(given), type: 'heartbeat', ttlMs: null, born: statusOf(row.Status) }, kept };
}

/** Answers whose checks are written already. */
async function putService(
  writes: CatalogWrites,
  node: MachineName,
  row: Row,
  checks: readonly SettledCheck[],
  caller: Caller,
): Promise<{ readonly serviceId: string } | null> {
  const { Service } = row;
  if (Service === undefined) return null;
  const said = weighed(Service);
  const name = said.Service ?? said.Name ?? '';
  const serviceId = said.ID === undefined || said.ID === '' ? name : said.ID;
  if (name === '' && serviceId === '') return null;
  if (name === '') throw new ConsulRefusal(500, 'Must provide service name with ID');
  const id = instanceIdOn(node, serviceId);
  if (id === undefined) throw new ConsulRefusal(500, `Invalid service ID ${JSON.stringify(serviceId)}: it is too long, or does not print`);
  const own = checks.filter((one) => one.row.ServiceID === serviceId);
  const machine = writes.finding.node(node);
  const address = machine === undefined ? null : mainAddressOf(machine);
  for (const other of writes.finding.onNode({ name: node }, serviceId)) {
    if (keptService(other.origin) !== null && other.service.toLowerCase() !== name.toLowerCase())
      await writes.registrar.deregister(other, caller).catch(unlessGone);
  }
  const ref = { namespace: Namespace.default, service: name as Instance['service'], id };
  const { instance } = await reviseInstance(writes, ref, caller, (before) => {
    const keptBefore = (before && keptService(before.origin)?.checks) ?? {};
    const keptChecks = { ...keptBefore, ...keptOf(own, keptBefore) };
    const registration = registrationOf({
      id,
      serviceId,
      name,
      said,
      byAgent: false,
      node,
      address,
      checks: merged(before?.checks ?? [], own),
      keptChecks,
      before,
    });
    // Of whoever came by itself the term is its own.
    return before === undefined ? registration : { ...registration, deregisterAfterMs: before.deregisterAfterMs };
  });
  for (const one of own) await sayRow(writes, { instance }, one, caller);
  return { serviceId };
}

/** A node whose address is no host has none for its services. */
function mainAddressOf({ addresses, origin }: Machine): Host | null {
  if (keptMachine(origin)?.address?.as === null) return null;
  return addresses['host'] ?? Object.values(addresses)[0] ?? null;
}

/** Clients of the catalog send weights of zero where they say nothing. */
function weighed<One extends { readonly Weights: SaidService['Weights'] }>(said: One): One {
  const { Passing = 0, Warning = 0 } = said.Weights ?? {};
  return Passing === 0 && Warning === 0 ? { ...said, Weights: usualWeights } : said;
}

/** One that is there stays what it is: a row says how it is, and not what asks it. */
function merged(before: readonly Check[], rows: readonly SettledCheck[]): readonly Check[] {
  const known = new Set(before.map(({ id }) => id));
  return [...before, ...new Map(rows.filter(({ check }) => !known.has(check.id)).map(({ check }) => [check.id, check])).values()];
}

function keptOf(rows: readonly SettledCheck[], before: Readonly<Record<string, KeptCheck>>): Readonly<Record<string, KeptCheck>> {
  // A row says all of a row; of what an agent defined it only says how it is.
  const isAgents = (known: KeptCheck | undefined): boolean =>
    known?.interval !== undefined || known?.type === 'ttl' || known?.type === 'alias';
  return Object.fromEntries(rows.map(({ check: { id }, kept }) => [id, isAgents(before[id]) ? { ...before[id], ...kept } : kept]));
}

async function putServiceCheck(writes: CatalogWrites, node: MachineName, one: SettledCheck, caller: Caller): Promise<void> {
  const serviceId = one.row.ServiceID ?? '';
  const [instance] = writes.finding.onNode({ name: node }, serviceId);
  if (instance === undefined)
    throw new ConsulRefusal(500, `Unknown service ID '${serviceId}' for check ID '${one.check.id}' on the node ${node}`);
  const { instance: put } = await reviseInstance(
    writes,
    instance,
    caller,
    (before) => {
      const found = before ?? instance;
      const kept = keptService(found.origin)?.checks ?? {};
      return keepingChecks(found, merged(found.checks, [one]), { ...kept, ...keptOf([one], kept) });
    },
    { only: 'checks' },
  );
  await sayRow(writes, { instance: put }, one, caller);
}

async function putNodeChecks(writes: CatalogWrites, node: MachineName, rows: readonly SettledCheck[], caller: Caller): Promise<void> {
  const { machine } = await reviseMachine(writes, node, caller, (before) => {
    if (before === undefined) throw new ConsulRefusal(500, `Missing node registration of ${JSON.stringify(node)}`);
    const kept = keptMachine(before.origin) ?? {};
    return keepingNode(before, merged(before.checks, rows), { ...kept, checks: { ...kept.checks, ...keptOf(rows, kept.checks ?? {}) } });
  });
  for (const one of rows) await sayRow(writes, { machine }, one, caller);
}

/** A check that somebody asks is as it is found to be. */
async function sayRow(
  { registrar }: CatalogWrites,
  of: { readonly instance: Instance } | { readonly machine: MachineRegistration },
  { row, check }: SettledCheck,
  caller: Caller,
): Promise<void> {
  const word = { status: statusOf(row.Status), output: (row.Output ?? '').slice(0, 4096), check: check.id, isOutputNews: true };
  const known = ('instance' in of ? of.instance : of.machine).checks.find(({ id }) => id === check.id);
  if (known?.type !== 'heartbeat') return;
  if ('instance' in of) await registrar.heartbeat(of.instance, caller, word);
  else await registrar.heartbeatMachine(of.machine, caller, word);
}

async function deregister(ask: Ask, writes: CatalogWrites): Promise<HttpAnswer> {
  const said = readBody(ask.body, removalKind);
  demandDatacenter(writes, said.Datacenter);
  demandOwn(said.Namespace, said.Partition);
  await deregisterRow(writes, said, ask.caller);
  return json(ask, true);
}

/** True also where there is nothing to take out. */
export async function deregisterRow(
  writes: CatalogWrites,
  {
    Node,
    ServiceID = '',
    CheckID = '',
  }: { readonly Node?: string | undefined; readonly ServiceID?: string | undefined; readonly CheckID?: string | undefined },
  caller: Caller,
): Promise<void> {
  const node = nodeNamed(Node);
  if (ServiceID !== '') return removeService(writes, node, ServiceID, caller);
  if (CheckID !== '') return removeCheck(writes, node, CheckID, caller);
  await removeNode(writes, node, caller);
}

async function removeService(writes: CatalogWrites, node: MachineName, serviceId: string, caller: Caller): Promise<void> {
  for (const instance of onNode(writes, node).filter((one) => Finding.serviceIdOf(one) === serviceId))
    await writes.registrar.deregister(instance, caller).catch(unlessGone);
}

async function removeCheck(writes: CatalogWrites, node: MachineName, id: string, caller: Caller): Promise<void> {
  const machine = writes.finding.node(node);
  if (machine?.checks.some((check) => check.id === id) === true) return removeFromNode(writes, machine, id, caller);
  for (const instance of onNode(writes, node).filter(({ checks }) => checks.some((check) => check.id === id)))
    await removeFromService(writes, instance, id, caller);
}

async function removeNode(writes: CatalogWrites, node: MachineName, caller: Caller): Promise<void> {
  const machine = writes.finding.node(node);
  if (machine !== undefined) await writes.registrar.removeMachine(machine, { instances: 'remove' }, caller).catch(unlessGone);
  for (const instance of onNode(writes, node)) await writes.registrar.deregister(instance, caller).catch(unlessGone);
}

function onNode(writes: CatalogWrites, node: MachineName): readonly Instance[] {
  const named = writes.finding.allOn(node);
  return named.length > 0 ? named : writes.finding.everywhere((instance) => writes.isOn(instance, node));
}

export function catalogWriteRoutes(writes: CatalogWrites): readonly ConsulRoute[] {
  return [
    { method: 'PUT', path: '/catalog/register', right: 'write', handle: (ask) => register(ask, writes) },
    { method: 'PUT', path: '/catalog/deregister', right: 'write', handle: (ask) => deregister(ask, writes) },
  ];
}
