/** All that is asked of a Consul: each flow begins with a fresh one, and its steps follow each other. */
import type { Flow } from '../step.js';
import { agentFlows } from './agent.js';
import { catalogFlows } from './catalog.js';
import { keyFlows } from './keys.js';
import { nameFlows } from './names.js';
import { otherFlows } from './others.js';
import { waitingFlows } from './waiting.js';
import { wrongServiceFlows } from './wrong-services.js';

export const flows: readonly Flow[] = [
  ...agentFlows,
  ...wrongServiceFlows,
  ...catalogFlows,
  ...keyFlows,
  ...otherFlows,
  ...waitingFlows,
  ...nameFlows,
];
