/** What a person or a service manager asks of the program by its signals. */
import { closeSync, openSync } from 'node:fs';
import { exitCodes } from '@rollcall/cli';

/** The first signal asks politely; the second one ends everything at once. */
export function stopAsked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(exitCodes.failed);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
    const onTerminal = process.stdin.isTTY;
    process.on('SIGHUP', (signal) => {
      // The same signal says that the window was closed: nobody is left who could stop it otherwise.
      if (onTerminal && !hasTerminal()) stop(signal);
    });
  });
}

/** Asked again and again. */
export function reloadAsked(reload: (signal: NodeJS.Signals) => void): void {
  process.on('SIGHUP', (signal) => {
    if (!process.stdin.isTTY || hasTerminal()) reload(signal);
  });
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
