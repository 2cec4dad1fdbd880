/** One crash: writers are started, killed at some moment, and what they leave behind is looked over. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkInvariants } from '@rollcall/conformance';
import type { Store } from '@rollcall/core';
import { startProgram } from './child-program.fixture.js';
import type { CrashLedger } from './crash-ledger.fixture.js';
import { seededChance, type CrashReport } from './crash-operations.fixture.js';
import { STORE_FILE } from './head.js';
import { openStore } from './open-store.fixture.js';

/** One crash in so many falls into the opening of the store. */
const OPENINGS = 5;
const OPENING_MS = 12;
const WRITING_MS = 150;

export interface CrashCycle {
  readonly directory: string;
  readonly seed: number;
  readonly ledger: CrashLedger;
}

/** Throws what is wrong, and names the seed. */
export async function crashOnce({ directory, seed, ledger }: CrashCycle): Promise<void> {
  try {
    await writeUntilKilled({ directory, seed, ledger });
    await checkCopy(directory, ledger);
  } catch (error) {
    throw new Error(`after the crash with seed ${seed}, in ${directory}: ${String(error)}`, { cause: error });
  }
}

/** Looked over in a copy, so that the next writers find things as the crash left them. */
async function checkCopy(directory: string, ledger: CrashLedger): Promise<void> {
  if (!existsSync(join(directory, STORE_FILE)) && ledger.isBlank) return;
  const copy = `${directory}-copy`;
  await mkdir(copy);
  try {
    for (const name of (await readdir(directory)).filter((name) => name.startsWith('rollcall')))
      await copyFile(join(directory, name), join(copy, name));
    for (const check of [(store: Store) => ledger.check(store), checkInvariants]) {
      const store = await openStore(copy);
      try {
        await check(store);
      } finally {
        await store.close();
      }
    }
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function writeUntilKilled({ directory, seed, ledger }: CrashCycle): Promise<void> {
  const chance = seededChance(seed);
  const child = startProgram('crash-writer', [directory, String(seed)]);
  const whileOpening = Math.floor(chance() * OPENINGS) === 0;
  await child.line(whileOpening ? '{"is":"starting"' : '{"is":"opened"');
  await pause(chance() * (whileOpening ? OPENING_MS : WRITING_MS));
  child.kill('SIGKILL');
  const { signal } = await child.ended;
  if (signal !== 'SIGKILL') throw new Error(`the writers ended by themselves:\n${child.errors()}`);
  for (const line of child.lines) ledger.note(JSON.parse(line) as CrashReport);
}
