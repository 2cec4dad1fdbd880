/** `/v1/agent`, as far as it is read: what is on the caller's agent, how it is, and who the agents are. */
import { Namespace, type Instance, type MachineName } from '@rollcall/core';
import { createHash } from 'node:crypto';
import type { HttpAnswer, HttpReply } from '../../../shared/http-face.js';
import { json, text } from '../answer.js';
import { askedFilter } from '../catalog/chosen.js';
import { agentServiceShape, checkShape } from '../filter/shapes.js';
import type { ConsulNode } from '../catalog/nodes.js';
import { inSlices } from '../catalog/making.js';
import { ofNode, type ReadingContext } from '../catalog/reading.js';
import { shownJson } from '../reads.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';
import { NODE_MAINTENANCE, nodeChecks, SERVICE_MAINTENANCE, serviceChecks, worstOf, type CheckRow } from '../shown/checks.js';
import { agentService, serviceIdOf, type AgentService } from '../shown/service.js';
import type { Watched } from '../waiting/watched.js';
import { tableOf } from '../catalog/whole-catalog.js';

type Reply = HttpReply | Promise<HttpReply>;

export function agentRoutes(context: ReadingContext): readonly ConsulRoute[] {
  const route = (path: string, handle: (ask: Ask) => Reply): ConsulRoute => ({ method: 'GET', path, right: 'read', handle });
  return [
    route('/agent/services', (ask) => services(ask, context)),
    route('/agent/checks', (ask) => checks(ask, context)),
    route('/agent/service/*', (ask) => service(ask, context)),
    route('/agent/health/service/id/*', (ask) => healthById(ask, context)),
    route('/agent/health/service/name/*', (ask) => healthByName(ask, context)),
  ];
}

/** What is on the caller's agent, in no order. */
function onAgent({ caller }: Ask, { view, agents }: ReadingContext): readonly Instance[] {
  return view.instancesOn({ namespace: Namespace.default, name: agents.of(caller).name }, caller);
}

async function services(ask: Ask, context: ReadingContext): Promise<HttpReply> {
  const filter = askedFilter(ask, agentServiceShape);
  const rowsOf = (instance: Instance): readonly (readonly [string, AgentService])[] => {
    const row = agentService(instance, context.terms);
    return filter?.(row) === false ? [] : [[row.ID, row]];
  };
  return jsonBytes(await inSlices(tableOf(ask, onAgent(ask, context), rowsOf), context.clock));
}

async function checks(ask: Ask, context: ReadingContext): Promise<HttpReply> {
  const { terms, agents, nodes, clock } = context;
  const filter = askedFilter(ask, checkShape);
  const { name } = agents.of(ask.caller);
  const node = nodes.named(name, ask.caller);
  const wanted = (rows: readonly CheckRow[]): readonly (readonly [string, CheckRow])[] =>
    rows
      .map(unindexed)
      .filter((row) => filter?.(row) !== false)
      .map((row) => [row.CheckID, row]);
  // That an agent lives says the catalog, and not the agent.
  const own = node === null ? [] : wanted(nodeChecks({ ...node, member: null }, terms));
  const rowsOf = (instance: Instance): ReturnType<typeof wanted> => wanted(serviceChecks(instance, { name }, terms));
  return jsonBytes(await inSlices(tableOf(ask, onAgent(ask, context), rowsOf, own), clock));
}

function jsonBytes(body: Buffer): HttpAnswer {
  return { status: 200, headers: ['content-type', 'application/json'], body };
}

/** The log's indexes are the catalog's, and none of an agent's. */
function unindexed(row: CheckRow): CheckRow {
  return { ...row, CreateIndex: 0, ModifyIndex: 0 };
}

function service(ask: Ask, context: ReadingContext): Reply {
  const id = ask.rest;
  const node = context.agents.of(ask.caller).name;
  const found = (): AgentService => {
    const instance = serviceWithId(id, ask, context);
    if (instance === undefined) throw new ConsulRefusal(404, `unknown service ID: ${id}`);
    return hashed(agentService(instance, context.terms));
  };
  return context.reads.answer(ask, watchedService(ask, context, { id, node, found }));
}

interface AskedService {
  readonly id: string;
  readonly node: MachineName;
  readonly found: () => AgentService;
}

/** Waited for by what it says, and not by when it moved. */
function watchedService(ask: Ask, context: ReadingContext, { id, node, found }: AskedService): Watched {
  const { catalog, terms } = context;
  const subject = ofNode(context, node);
  return {
    key: `${ask.caller.may.read.key}agent ${node} ${id} ${ask.query.has('pretty')}`,
    index: () => terms.indexes.of(subject.revision()),
    read: () => {
      const shown = found();
      return { ...shownJson(ask, shown), headers: ['X-Consul-ContentHash', shown.ContentHash ?? ''] };
    },
    listen: (moved) => catalog.listen(subject.about, moved),
    hash: () => found().ContentHash ?? '',
  };
}

/** Of what it says of itself: when it last said so is not part of it. */
function hashed(row: AgentService): AgentService {
  const { Datacenter, ...others } = row;
  const ContentHash = createHash('sha1').update(JSON.stringify(row)).digest('hex').slice(0, 16);
  return { ...others, ContentHash, Datacenter };
}

function serviceWithId(id: string, ask: Ask, context: ReadingContext): Instance | undefined {
  return onAgent(ask, context).find((instance) => serviceIdOf(instance) === id);
}

type Aggregated = 'passing' | 'warning' | 'critical' | 'maintenance';

/** As HTTP says it, for load balancers that only look at that. */
const statuses = { passing: 200, warning: 429, critical: 503, maintenance: 503 } as const satisfies Record<Aggregated, number>;

const order: readonly Aggregated[] = ['passing', 'warning', 'critical', 'maintenance'];

function healthById(ask: Ask, context: ReadingContext): Reply {
  const id = ask.rest;
  if (id === '') throw new ConsulRefusal(400, 'Missing serviceID');
  const instance = serviceWithId(id, ask, context);
  if (instance === undefined) {
    const gone = { AggregatedStatus: 'critical', Service: null, Checks: null };
    return healthAnswer(ask, 404, `ServiceId ${id} not found`, gone);
  }
  const found = healthOf(instance, ask, context);
  return healthAnswer(ask, statuses[found.AggregatedStatus], found.AggregatedStatus, found);
}

function healthByName(ask: Ask, context: ReadingContext): Reply {
  const name = ask.rest;
  if (name === '') throw new ConsulRefusal(400, 'Missing service name');
  const found = onAgent(ask, context)
    .filter((instance) => instance.service.toLowerCase() === name.toLowerCase())
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .map((instance) => healthOf(instance, ask, context));
  if (found.length === 0) return healthAnswer(ask, 404, `ServiceName ${name} Not Found`, []);
  const worst = found
    .map(({ AggregatedStatus }) => AggregatedStatus)
    .reduce((one, other) => (order.indexOf(other) > order.indexOf(one) ? other : one));
  return healthAnswer(ask, statuses[worst], worst, found);
}

function healthOf(
  instance: Instance,
  { caller }: Ask,
  { nodes, terms }: ReadingContext,
): { readonly AggregatedStatus: Aggregated; readonly Service: AgentService; readonly Checks: readonly CheckRow[] } {
  const node: ConsulNode = nodes.of(instance, caller);
  const own = serviceChecks(instance, node, terms);
  const all = [...nodeChecks({ ...node, member: null }, terms), ...own].map(unindexed);
  const isOut = all.some(({ CheckID }) => CheckID === NODE_MAINTENANCE || CheckID.startsWith(SERVICE_MAINTENANCE));
  return { AggregatedStatus: isOut ? 'maintenance' : worstOf(all), Service: agentService(instance, terms), Checks: all };
}

/** In one word for who wants text. */
function healthAnswer(ask: Ask, status: number, reason: string, value: unknown): HttpAnswer {
  const headers = ['X-Consul-Reason', reason];
  const wantsText = ask.query.text('format') === 'text' || (ask.header('accept') ?? '').includes('text/plain');
  return wantsText ? text(reason, headers, status) : json(ask, value, headers, status);
}
