import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { encodeSnapshot } from '../../shared/snapshot.js';
import { pairs, put, refusal, write } from './brief-requests.fixture.js';
import { STORE_FILE, STORE_FORMAT } from './head.js';
import { openStore, realRandom } from './open-store.fixture.js';
import { restoreLmdbStore } from './restore.js';
import { Tables } from './tables.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';

/** It is refused so, and left as it is. */
async function refusesToTouch(directory: string, code: string, advice: RegExp): Promise<void> {
  const file = join(directory, STORE_FILE);
  const before = await readFile(file);
  const error = await refusal(openStore(directory));
  expect(error).toMatchObject({ code });
  expect(String(error)).toContain(file);
  expect(String(error)).toMatch(advice);
  expect(before.equals(await readFile(file))).toBe(true);
}

describe('a file that this program must not touch', () => {
  it('is one of a newer format', async () => {
    const directory = await temporaryDirectory();
    await (await openStore(directory)).close();
    const tables = new Tables(join(directory, STORE_FILE));
    await tables.commit(() => tables.writeMeta('format', STORE_FORMAT + 1));
    await tables.close();
    await refusesToTouch(directory, 'store-newer', new RegExp(`format ${STORE_FORMAT + 1}.* a newer one`));
  });

  it.each([undefined, 'services'])('is an LMDB file of somebody else, with records in %s', async (table) => {
    const directory = await temporaryDirectory();
    const root = open<string, string>({ path: join(directory, STORE_FILE), noSubdir: true, maxDbs: 4 });
    const database = table === undefined ? root : root.openDB<string, string>({ name: table });
    for (let count = 0; count < 500; count++) await database.put(`key ${count}`, 'value'.repeat(50));
    await root.close();
    await refusesToTouch(directory, 'store-corrupt', /not one that Rollcall wrote.*choose another --data/);
  });

  it('is something that is not a file', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, STORE_FILE));
    expect(String(await refusal(openStore(directory)))).toContain(join(directory, STORE_FILE));
  });
});

it('is replaced by a snapshot all the same, if it is damaged', async () => {
  const parent = await temporaryDirectory();
  const source = await openStore(join(parent, 'source'));
  await write(source, put('a', '1'));
  const directory = join(parent, 'store');
  await mkdir(directory);
  await writeFile(join(directory, STORE_FILE), 'damaged');
  await restoreLmdbStore({ directory, random: realRandom, snapshot: encodeSnapshot(source) });
  await source.close();
  const store = await openStore(directory);
  expect(await pairs(store)).toEqual(['a=1']);
  await store.close();
});
