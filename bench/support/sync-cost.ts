/** What the disk asks for one sync: the floor under every durable write, and the first thing in which two machines differ. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { spreadOf, type Spread } from './statistics.js';

const BLOCK_BYTES = 4_096;
const SYNCS = 200;

/** Appends a block and syncs, again and again. */
export function measureSyncs(directory: string): Spread {
  const file = openSync(join(directory, 'syncs'), 'w');
  const block = Buffer.alloc(BLOCK_BYTES, 1);
  const syncsMs = Array.from({ length: SYNCS }, () => {
    const beganMs = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return performance.now() - beganMs;
  });
  closeSync(file);
  return spreadOf(syncsMs);
}
