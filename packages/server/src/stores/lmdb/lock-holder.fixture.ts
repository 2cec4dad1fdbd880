/**
 * Takes a directory when it is told to by SIGUSR2, prints `taken` or `refused` with the reason, and stays.
 *
 *     lock-holder.fixture.ts <directory>
 */
import { writeSync } from 'node:fs';
import { isRollcallError } from '@rollcall/core';
import { acquireDirectory } from './directory-lock.js';

const [directory = ''] = process.argv.slice(2);
// Something must keep the process alive; the lock itself does not.
setInterval(() => undefined, 60_000);
process.once('SIGUSR2', () => void take());
writeSync(1, 'ready\n');

async function take(): Promise<void> {
  try {
    await acquireDirectory(directory);
    writeSync(1, 'taken\n');
  } catch (error) {
    writeSync(1, `refused ${isRollcallError(error) ? error.code : ''} ${String(error)}\n`);
  }
}
