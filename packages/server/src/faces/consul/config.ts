/** The Consul face's rows of the options table. */
import { wordKind, type OptionTable } from '@rollcall/core';
import { agentModes, type AgentMode } from './agents.js';

export interface ConsulOptions {
  readonly consulAgent: AgentMode;
}

export const consulOptions: OptionTable<ConsulOptions> = {
  consulAgent: {
    flag: 'consul-agent',
    placeholder: 'WHOSE',
    kind: wordKind(agentModes),
    default: 'per-source',
    defaultText: 'per-source',
    help: 'per-source: callers of Consul’s agent API have one agent for each address. single: all share one, as behind a proxy.',
  },
};
