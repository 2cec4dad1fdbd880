/** The Consul face's rows of the options table. */
import { textKind, wordKind, type OptionTable } from '@rollcall/core';
import { agentModes, type AgentMode } from './agent/agents.js';

export interface ConsulOptions {
  readonly consulAgent: AgentMode;
  readonly consulVersion: string;
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
  consulVersion: {
    flag: 'consul-version',
    placeholder: 'VERSION',
    kind: textKind<string>('a version such as 1.22.0', /^\d{1,4}\.\d{1,4}\.\d{1,4}(?:[-+][0-9A-Za-z.-]{1,32})?$/),
    default: '1.22.0',
    defaultText: '1.22.0',
    help: 'What clients of Consul’s API are told that they speak to: some go by it.',
  },
};
