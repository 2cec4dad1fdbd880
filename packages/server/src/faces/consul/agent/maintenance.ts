/** Maintenance of a service or of a whole node: our mode `out`, which the reads show as the check that Consul makes of it. */
import { REASON_CHARACTERS_MAX, type Caller } from '@rollcall/core';
import type { HttpAnswer } from '../../../shared/http-face.js';
import { isBare, nodeOf } from './checks.js';
import { serviceNamed, unlessGone, type AgentWrites } from './services.js';
import { done } from '../answer.js';
import { ConsulRefusal } from '../refusal.js';
import { reviseMachine } from './revising.js';
import type { Ask, ConsulRoute } from '../route.js';

interface Wish {
  readonly enable: boolean;
  readonly reason: string;
}

function wishOf({ query }: Ask): Wish {
  const text = query.text('enable');
  if (text === '') throw new ConsulRefusal(400, 'Missing value for enable');
  const enable = query.truth('enable') === true;
  return {
    enable,
    reason: query
      .text('reason')
      .replace(/\p{Cc}|\p{Cs}/gu, ' ')
      .slice(0, REASON_CHARACTERS_MAX),
  };
}

async function ofService(ask: Ask, writes: AgentWrites): Promise<HttpAnswer> {
  const serviceId = ask.rest;
  if (serviceId === '') throw new ConsulRefusal(400, 'Missing service ID');
  const { enable, reason } = wishOf(ask);
  const instance = await serviceNamed(writes, serviceId, ask.caller);
  // Said again it stays as it was said first.
  if (enable && instance.intent?.mode?.mode === 'out') return done;
  await writes.registrar.setMode(instance, { mode: enable ? 'out' : 'in', reason }, ask.caller);
  return done;
}

async function ofNode(ask: Ask, writes: AgentWrites): Promise<HttpAnswer> {
  const { enable, reason } = wishOf(ask);
  const { caller } = ask;
  const agent = writes.agents.of(caller);
  await (enable ? closeNode(writes, agent, reason, caller) : openNode(writes, agent, caller));
  return done;
}

async function closeNode(writes: AgentWrites, agent: Parameters<typeof nodeOf>[0], reason: string, caller: Caller): Promise<void> {
  const { machine } = await reviseMachine(writes, agent.name, caller, (before) => before ?? nodeOf(agent));
  if (machine.mode !== 'out') await writes.registrar.setMachineMode(machine, { mode: 'out', reason }, caller);
}

/** A node that says nothing more is only where somebody is on it. */
async function openNode(writes: AgentWrites, agent: Parameters<typeof nodeOf>[0], caller: Caller): Promise<void> {
  const known = writes.finding.node(agent.name);
  if (known === undefined) return;
  const { machine } = await writes.registrar.setMachineMode(known, { mode: 'in' }, caller);
  if (isBare(machine)) await writes.registrar.removeMachine(machine, { instances: 'keep' }, caller).catch(unlessGone);
}

export function maintenanceRoutes(writes: AgentWrites): readonly ConsulRoute[] {
  return [
    { method: 'PUT', path: '/agent/service/maintenance/*', right: 'write', handle: (ask) => ofService(ask, writes) },
    { method: 'PUT', path: '/agent/maintenance', right: 'write', handle: (ask) => ofNode(ask, writes) },
  ];
}
