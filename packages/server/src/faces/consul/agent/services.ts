/** The calls by which services come to an agent and leave it. */
import { isRollcallError, Namespace, RollcallError, ServiceName, type Caller, type Host, type Instance } from '@rollcall/core';
import type { HttpAnswer } from '../../../shared/http-face.js';
import { instanceIdOn, type Agent, type Agents } from './agents.js';
import { done } from '../answer.js';
import { readBody, type Said } from '../said/body.js';
import type { CheckPlace } from '../said/check-terms.js';
import { defineService } from '../said/definitions.js';
import type { Finding } from './finding.js';
import { keptService } from '../kept.js';
import { ConsulRefusal } from '../refusal.js';
import { reviseInstance, type Revising } from './revising.js';
import type { Ask, ConsulRoute } from '../route.js';
import { agentServiceKind, type AgentServiceFields } from '../said/service-body.js';

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
  const { ref, serviceId, make } = defineService(said, { agent, address, follow: (followed) => followedOn(writes, agent, followed) });
  await leaveOthers(writes, agent, serviceId, ref.service, caller);
  await reviseInstance(writes, ref, caller, (before) => make(before, replaceChecks));
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
  const text = `Unknown service ID ${JSON.stringify(serviceId)} on the agent ${agent.name}, and several others have one: call from where it was registered, or take it out with /v1/catalog/deregister and its node`;
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
