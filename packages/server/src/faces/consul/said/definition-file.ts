/** A service as a file of Consul's configuration defines it: the same words as in a call to the agent of this node. */
import { ServiceName, type Registration } from '@rollcall/core';
import { instanceIdOn, type Agent } from '../agent/agents.js';
import type { CheckPlace } from './check-terms.js';
import { defineService } from './definitions.js';
import { agentServiceKind } from './service-body.js';

/** Throws what Consul answers to one that cannot be. */
export function readDefinition(input: unknown, agent: Agent): Registration {
  const follow: CheckPlace['follow'] = (serviceId) => {
    const [service, id] = [ServiceName.parse(serviceId), instanceIdOn(agent.name, serviceId)];
    return service === undefined || id === undefined ? null : { service, id };
  };
  return defineService(agentServiceKind(input, 'service'), { agent, address: agent.address, follow }).make(undefined, true);
}
