/** The calls by which checks come, go and say how they are. */
import {
  Namespace,
  OUTPUT_CHARACTERS_MAX,
  type Caller,
  type Check,
  type Instance,
  type Machine,
  type MachineRegistration,
  type Registration,
  type Word,
} from '@rollcall/core';
import type { HttpAnswer } from '../../../shared/http-face.js';
import type { Agent } from './agents.js';
import { catchUp, followedOn, serviceNamed, type AgentWrites } from './services.js';
import { asBefore, checkIdOf } from '../said/definitions.js';
import { done } from '../answer.js';
import { goStruct, goText, readBody } from '../said/body.js';
import { checkKind, type SaidCheck } from '../said/check-body.js';
import { CHECKS_OF_ONE_MAX, translateCheck, type Translated } from '../said/check-terms.js';
import type { FoundCheck } from './finding.js';
import { CONSUL, keptMachine, keptService, keptText, type KeptCheck, type KeptMachine } from '../kept.js';
import { termOf } from '../map.js';
import { OutputPace } from './output-pace.js';
import { ConsulRefusal } from '../refusal.js';
import { reviseInstance, reviseMachine } from './revising.js';
import type { Ask, ConsulRoute } from '../route.js';

interface CheckWrites extends AgentWrites {
  readonly pace: OutputPace;
}

async function register(ask: Ask, writes: CheckWrites): Promise<HttpAnswer> {
  const said = readBody(ask.body, checkKind);
  const { caller } = ask;
  const agent = writes.agents.of(caller);
  const name = said.Name ?? '';
  if (name === '') throw new ConsulRefusal(400, 'Missing check name');
  const given = [said.CheckID, said.ID].find((id) => id !== undefined && id !== '');
  const id = checkIdOf(given ?? name);
  const serviceId = said.ServiceID ?? '';
  if (serviceId === '') await putOnNode(writes, agent, { said, id, name }, caller);
  else await putOnService(writes, agent, await serviceNamed(writes, serviceId, caller), { said, id, name }, caller);
  return done;
}

interface Named {
  readonly said: SaidCheck;
  readonly id: string;
  readonly name: string;
}

async function putOnService(writes: CheckWrites, agent: Agent, instance: Instance, named: Named, caller: Caller): Promise<void> {
  const place = {
    host: instance.host,
    localhost: agent.address,
    follow: (serviceId: string) => followedOn(writes, agent, serviceId),
  };
  const translated = translateCheck(named.said, named.id, named.name, place);
  await reviseChecks(writes, instance, caller, (before) => {
    if (before === undefined) throw new ConsulRefusal(404, `Unknown service ID ${JSON.stringify(named.said.ServiceID)}`);
    return withCheck(before, translated);
  });
}

async function putOnNode(writes: CheckWrites, agent: Agent, named: Named, caller: Caller): Promise<void> {
  const place = {
    host: agent.address,
    localhost: agent.address,
    follow: (serviceId: string) => followedOn(writes, agent, serviceId),
  };
  const translated = translateCheck(named.said, named.id, named.name, place);
  if (translated.kept.type === 'alias')
    throw new ConsulRefusal(400, 'Invalid check: a node follows nobody; register the alias with a ServiceID');
  await reviseMachine(writes, agent.name, caller, (before) => {
    const known = before ?? nodeOf(agent);
    const kept = keptMachine(known.origin) ?? {};
    return keepingNode(known, withoutCheck(known.checks, named.id, asBefore(translated.check, before)), {
      ...kept,
      checks: { ...kept.checks, [named.id]: translated.kept },
    });
  });
}

/** What an agent is that has something of its own to say. */
export function nodeOf({ name, address }: Agent): MachineRegistration {
  return { namespace: Namespace.default, name, addresses: { host: address }, metadata: {}, checks: [], origin: { face: CONSUL } };
}

export function keepingNode(machine: MachineRegistration, checks: readonly Check[], kept: KeptMachine): MachineRegistration {
  if (checks.length > CHECKS_OF_ONE_MAX)
    throw new ConsulRefusal(400, `Invalid check: there are ${checks.length}; allowed are ${CHECKS_OF_ONE_MAX}`);
  const { namespace, name, addresses, metadata, origin } = machine;
  return { namespace, name, addresses, metadata, checks, origin: { ...origin, kept: { ...origin.kept, [CONSUL]: keptText(kept) } } };
}

function withCheck(before: Instance, { check, kept }: Translated): Registration {
  return keepingChecks(before, withoutCheck(before.checks, check.id, asBefore(check, before)), {
    ...keptChecksOf(before),
    [check.id]: kept,
  });
}

/** The same with other checks. */
export function keepingChecks(before: Instance, checks: readonly Check[], kept: Readonly<Record<string, KeptCheck>>): Registration {
  if (checks.length > CHECKS_OF_ONE_MAX)
    throw new ConsulRefusal(400, `Invalid check: there are ${checks.length}; allowed are ${CHECKS_OF_ONE_MAX}`);
  const service = keptService(before.origin);
  const own = termOf(keptChecksOf(before));
  const { origin } = before;
  return {
    ...before,
    checks,
    // Of whoever came otherwise the term is his own.
    deregisterAfterMs: before.deregisterAfterMs === own ? termOf(kept) : before.deregisterAfterMs,
    origin: { ...origin, kept: { ...origin.kept, [CONSUL]: keptText({ ...(service ?? { id: before.id }), checks: kept }) } },
  };
}

function keptChecksOf({ origin }: Pick<Instance, 'origin'>): Readonly<Record<string, KeptCheck>> {
  return keptService(origin)?.checks ?? {};
}

function withoutCheck(checks: readonly Check[], id: string, instead: Check): readonly Check[] {
  return checks.some((check) => check.id === id) ? checks.map((check) => (check.id === id ? instead : check)) : [...checks, instead];
}

async function deregister(ask: Ask, writes: CheckWrites): Promise<HttpAnswer> {
  const { caller } = ask;
  const { instance, machine, check } = await checkNamed(writes, ask.rest, caller);
  if (instance !== null) await removeFromService(writes, instance, check.id, caller);
  if (machine !== null) await removeFromNode(writes, machine, check.id, caller);
  return done;
}

export async function removeFromService(writes: AgentWrites, instance: Instance, id: string, caller: Caller): Promise<void> {
  await reviseChecks(writes, instance, caller, (before) => {
    if (before === undefined) throw unknownCheck(id);
    const { [id]: _, ...left } = keptChecksOf(before);
    return keepingChecks(
      before,
      before.checks.filter((check) => check.id !== id),
      left,
    );
  });
}

/** What else it says stays as it was said, also where somebody laid something over it. */
function reviseChecks(...[writes, instance, caller, make]: Parameters<typeof reviseInstance>): ReturnType<typeof reviseInstance> {
  return reviseInstance(writes, instance, caller, make, { only: 'checks' });
}

/** A node that says nothing more is only where somebody is on it. */
export async function removeFromNode(writes: AgentWrites, machine: Machine, id: string, caller: Caller): Promise<void> {
  const { machine: left } = await reviseMachine(writes, machine.name, caller, (before) => {
    if (before === undefined) throw unknownCheck(id);
    const kept = keptMachine(before.origin) ?? {};
    const { [id]: _, ...checks } = kept.checks ?? {};
    return keepingNode(
      before,
      before.checks.filter((check) => check.id !== id),
      { ...kept, checks },
    );
  });
  if (isBare(left)) await writes.registrar.removeMachine(left, { instances: 'keep' }, caller);
}

/** It came as an agent that had something to say, and has nothing to say any more. */
export function isBare(machine: Machine): boolean {
  const { id, address, taggedAddresses, checks = {} } = keptMachine(machine.origin) ?? {};
  const isPlain = id === undefined && address === undefined && taggedAddresses === undefined && Object.keys(checks).length === 0;
  return (
    machine.origin.face === CONSUL &&
    isPlain &&
    machine.checks.length === 0 &&
    machine.mode === 'in' &&
    Object.keys(machine.metadata).length === 0
  );
}

function unknownCheck(id: string): ConsulRefusal {
  return new ConsulRefusal(404, `Unknown check ID ${JSON.stringify(id)}. Ensure that the check ID is passed, not the check name.`);
}

/** Throws the 404 that clients know, which is only said after the log was asked: they register again then. */
async function checkNamed(writes: AgentWrites, id: string, caller: Caller): Promise<FoundCheck> {
  const agent = writes.agents.of(caller);
  let found = writes.finding.check(agent, id);
  if (found === 'nobody') {
    await catchUp(writes, caller);
    found = writes.finding.check(agent, id);
  }
  if (found === 'nobody') throw unknownCheck(id);
  if (found !== 'several') return found;
  const text = `Unknown check ID ${JSON.stringify(id)} on the agent ${agent.name}, and several others have one: call from where it was registered`;
  throw new ConsulRefusal(404, text);
}

async function tell(ask: Ask, writes: CheckWrites, status: 'passing' | 'warning' | 'critical', output: string): Promise<HttpAnswer> {
  const found = await checkNamed(writes, ask.rest, ask.caller);
  const { check } = found;
  if (check.type !== 'heartbeat' || check.ttlMs === null)
    throw new ConsulRefusal(500, `CheckID ${JSON.stringify(check.id)} does not have associated TTL`);
  const said = inRoom(output);
  await say(writes, found, { status, output: said, check: check.id, isOutputNews: writes.pace.isNews(found, status, said) }, ask.caller);
  return done;
}

async function say({ registrar }: AgentWrites, { instance, machine }: FoundCheck, word: Word, caller: Caller): Promise<void> {
  if (instance !== null) await registrar.heartbeat(instance, caller, word);
  else if (machine !== null) await registrar.heartbeatMachine(machine, caller, word);
}

/** Halves of characters have no place in a record. */
function inRoom(output: string): string {
  return output.slice(0, OUTPUT_CHARACTERS_MAX).replace(/\p{Cs}/gu, '');
}

const updateKind = goStruct({ Status: goText, Output: goText }, 'ignored');

async function update(ask: Ask, writes: CheckWrites): Promise<HttpAnswer> {
  const { Status, Output = '' } = readBody(ask.body, updateKind);
  if (Status !== 'passing' && Status !== 'warning' && Status !== 'critical')
    throw new ConsulRefusal(400, `Invalid check status: '${Status ?? ''}'`);
  return tell(ask, writes, Status, Output);
}

export function agentCheckRoutes(agentWrites: AgentWrites, pace: OutputPace): readonly ConsulRoute[] {
  const writes = { ...agentWrites, pace };
  const telling = (word: string, status: 'passing' | 'warning' | 'critical'): ConsulRoute => ({
    method: 'PUT',
    path: `/agent/check/${word}/*`,
    right: 'write',
    lane: 'heartbeat',
    handle: (ask) => tell(ask, writes, status, ask.query.text('note')),
  });
  return [
    { method: 'PUT', path: '/agent/check/register', right: 'write', handle: (ask) => register(ask, writes) },
    { method: 'PUT', path: '/agent/check/deregister/*', right: 'write', handle: (ask) => deregister(ask, writes) },
    telling('pass', 'passing'),
    telling('warn', 'warning'),
    telling('fail', 'critical'),
    { method: 'PUT', path: '/agent/check/update/*', right: 'write', lane: 'heartbeat', handle: (ask) => update(ask, writes) },
  ];
}
