/**
 * Commits one by one, then many at a time, and prints when each commit begins and the moment that it is acknowledged.
 *
 *     sync-writer.fixture.ts <directory>
 */
import { writeSync } from 'node:fs';
import { isRollcallError } from '@rollcall/core';
import { put, write } from './brief-requests.fixture.js';
import { openStore } from './open-store.fixture.js';

const WRITERS = 8;
const COMMITS = 12;

const [directory = ''] = process.argv.slice(2);
const store = await openStore(directory);
await writeMany('alone');
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeMany(`together ${writer}`)));
await store.close();
say('closed');

async function writeMany(name: string): Promise<void> {
  for (let count = 0; count < COMMITS; count++) {
    const key = `${name} ${count}`;
    say(`begun ${key}.`);
    try {
      await write(store, put(`${key};`, 'v'.repeat(count * 700)));
      say(`acknowledged ${key}.`);
    } catch (error) {
      say(`refused ${isRollcallError(error) ? error.code : String(error)}`);
    }
  }
}

function say(text: string): void {
  writeSync(1, `${text}\n`);
}
