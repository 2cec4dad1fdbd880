/** The program that is run: a child process with our input and output. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Clock } from '@rollcall/core';
import { isGroupAlive, signalGroup } from './process-group.js';
import type { Event } from './state.js';

export interface ProgramDescription {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /**
   * On a terminal it shares our process group, so that Ctrl-C and Ctrl-Z reach it as if we were not there. Elsewhere it leads a
   * group of its own, by which those are found that it leaves behind.
   */
  readonly onTerminal: boolean;
}

export interface RunningProgram {
  /** Does nothing if it is gone. SIGKILL is for all that it started, too. */
  signal(name: NodeJS.Signals): void;
}

/** What shells answer where there is no such command, and where there is one that cannot be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** What shells add for a program that a signal ended. */
const BY_SIGNAL = 128;
/** How often it is seen whether those whom a program left behind have ended. */
const GROUP_LOOK_MS = 50;

/** Without a shell, so that what is typed is what is run, and a signal reaches the program itself. */
export function startProgram(
  { command, args, environment, onTerminal }: ProgramDescription,
  clock: Clock,
  tell: (event: Event) => void,
): RunningProgram {
  const leadsGroup = !onTerminal && process.platform !== 'win32';
  const child = spawn(command, args, { stdio: 'inherit', env: environment, shell: false, detached: leadsGroup });
  const asked = new Set<NodeJS.Signals>();
  child.once('spawn', () => tell({ type: 'started' }));
  child.once('error', (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) tell({ type: 'not-started', ...whyNot(command, error) });
  });
  // A signal that could not be delivered; it ends, or does not, all the same.
  child.on('error', () => undefined);
  child.once('exit', (code, signal) => {
    const ended: Event = { type: 'ended', ...howEnded(code, signal) };
    const group = leadsGroup ? child.pid : undefined;
    if (group === undefined || !isGroupAlive(group)) return tell(ended);
    // `npm start` and many a script end without telling those whom they started.
    signalGroup(group, 'SIGTERM');
    if (!asked.has('SIGTERM')) return tell(ended);
    const look = (): void => {
      if (asked.has('SIGKILL') || !isGroupAlive(group)) tell(ended);
      else clock.after(GROUP_LOOK_MS, look);
    };
    look();
  });
  return {
    signal(name) {
      asked.add(name);
      if (name === 'SIGKILL' && leadsGroup && child.pid !== undefined) signalGroup(child.pid, name);
      else child.kill(name);
    },
  };
}

function whyNot(command: string, { code, message }: NodeJS.ErrnoException): { readonly reason: string; readonly exitCode: number } {
  const named = JSON.stringify(command);
  if (code === 'ENOENT') return { reason: `There is no command ${named}.`, exitCode: NOT_FOUND };
  if (code === 'EACCES') return { reason: `${named} is not executable.`, exitCode: NOT_EXECUTABLE };
  return { reason: `${named} cannot be started: ${message}.`, exitCode: NOT_EXECUTABLE };
}

function howEnded(code: number | null, signal: NodeJS.Signals | null): { readonly how: string; readonly exitCode: number } {
  if (signal === null) return { how: `with code ${code ?? 0}`, exitCode: code ?? 0 };
  return { how: `by ${signal}`, exitCode: BY_SIGNAL + constants.signals[signal] };
}
