/** The program that is run: a child process that shares our terminal, its output and its process group. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Event } from './state.js';

export interface RunningProgram {
  /** Does nothing if it is gone. */
  signal(name: NodeJS.Signals): void;
}

/** What shells answer where there is no such command, and where there is one that cannot be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** What shells add for a program that a signal ended. */
const BY_SIGNAL = 128;

/**
 * Without a shell, so that what is typed is what is run, and a signal reaches the program itself. In our process group, so that
 * it can read from the terminal, and Ctrl-C and Ctrl-Z reach it as if we were not there.
 */
export function startProgram(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  tell: (event: Event) => void,
): RunningProgram {
  const child = spawn(command, args, { stdio: 'inherit', env: environment, shell: false });
  let started = false;
  child.once('spawn', () => {
    started = true;
    tell({ type: 'started' });
  });
  child.on('error', (error: NodeJS.ErrnoException) => {
    // Later errors are of signals that could not be delivered, and then it ends, or does not, all the same.
    if (!started) tell({ type: 'not-started', ...whyNot(command, error) });
  });
  child.once('exit', (code, signal) => tell({ type: 'ended', ...howEnded(code, signal) }));
  return { signal: (name) => void child.kill(name) };
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
