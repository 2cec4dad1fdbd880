/** Servers on one core and whoever asks them on another, where there are two and the system lets us choose. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { findProgram } from '../../test/support/find-program.js';

const taskset: string | undefined = availableParallelism() >= 2 ? findProgram('taskset') : undefined;

export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

/** The process with all its threads; new ones follow. */
export function pin(pid: number, core: number): void {
  if (taskset !== undefined) spawnSync(taskset, ['-a', '-p', '-c', String(core), String(pid)]);
}

/** How a program is started there. */
export function pinnedCommand(core: number, command: readonly string[]): readonly string[] {
  return taskset === undefined ? command : [taskset, '-c', String(core), ...command];
}

export const pinningNote: string =
  taskset === undefined
    ? 'not pinned: server and load share whatever cores there are'
    : 'the servers are pinned to one core, the load to another';
