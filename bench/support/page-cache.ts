/** What of a file the system keeps in memory, through the programs that come with it. */
import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `true`: nothing of the file is in memory any more, and the system has confirmed it. */
export async function dropFromCache(file: string): Promise<boolean> {
  try {
    await run('dd', [`if=${file}`, 'iflag=nocache', 'count=0']);
    const { stdout } = await run('fincore', ['--bytes', '--noheadings', '--output', 'RES', file]);
    return Number(stdout.trim()) === 0;
  } catch {
    return false;
  }
}

/** The time to read all of it, in large pieces and for nothing. */
export async function readThroughMs(file: string): Promise<number> {
  const beganMs = performance.now();
  await run('dd', [`if=${file}`, 'of=/dev/null', 'bs=4M']);
  return performance.now() - beganMs;
}
