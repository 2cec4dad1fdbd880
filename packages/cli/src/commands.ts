/** The commands that ask a registry. */
import type { Command } from './command.js';
import { checkCommand } from './commands/check.js';
import { deregisterCommand } from './commands/deregister.js';
import { guardCommand } from './commands/guard.js';
import { heartbeatCommand } from './commands/heartbeat.js';
import { importCommand } from './commands/import.js';
import { instancesCommand } from './commands/instances.js';
import { machinesCommand } from './commands/machines.js';
import { modeCommand } from './commands/mode.js';
import { nodesCommand } from './commands/nodes.js';
import { registerCommand } from './commands/register.js';
import { servicesCommand } from './commands/services.js';
import { statusCommand } from './commands/status.js';
import { watchCommand } from './commands/watch.js';
import { timelineCommand } from './commands/timeline.js';
import { whyCommand } from './commands/why.js';
import { systemSurroundings, type Surroundings } from './surroundings.js';

/** In the order of the overview, within its headings. */
export function askingCommandsIn(surroundings: Surroundings): readonly Command[] {
  return [
    registerCommand(surroundings),
    heartbeatCommand(surroundings),
    deregisterCommand(surroundings),
    servicesCommand(surroundings),
    instancesCommand(surroundings),
    whyCommand(surroundings),
    timelineCommand(surroundings),
    watchCommand(surroundings),
    statusCommand(surroundings),
    nodesCommand(surroundings),
    machinesCommand(surroundings),
    modeCommand(surroundings),
    checkCommand(surroundings),
    guardCommand(surroundings),
    importCommand(surroundings),
  ];
}

export const askingCommands: readonly Command[] = askingCommandsIn(systemSurroundings);
