import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkInvariants } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { encodeSnapshot } from '../../shared/snapshot.js';
import { pairs, put, write } from './brief-requests.fixture.js';
import { copyAtEveryStep } from './every-step.fixture.js';
import { openStore, realRandom } from './open-store.fixture.js';
import { restoreLmdbStore } from './restore.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';

describe('a process that is killed at any step', () => {
  it('of making a store leaves one that the next can open or make', async () => {
    const parent = await temporaryDirectory();
    const directory = join(parent, 'store');
    await mkdir(directory);
    const copies = await copyAtEveryStep(directory, join(parent, 'copies'), async () => (await openStore(directory)).close());
    expect(copies.length).toBeGreaterThan(5);
    for (const copy of copies) {
      const store = await openStore(copy);
      expect(await write(store, put('a', '1')), copy).toBe(2);
      await checkInvariants(store);
      await store.close();
      expect(await readdir(copy)).toEqual(['rollcall.mdb', 'rollcall.mdb-lock']);
    }
  });

  it('of restoring a snapshot leaves the old store or the restored one, and that whole', async () => {
    const parent = await temporaryDirectory();
    const source = await openStore(join(parent, 'source'));
    await write(source, put('a', 'restored'), put('c', 'restored'));
    const snapshot = await chunksFrom(encodeSnapshot(source));
    await source.close();
    const directory = join(parent, 'store');
    const old = await openStore(directory);
    await write(old, put('a', 'old'), put('b', 'old'));
    const before = await old.status();
    await old.close();

    const copies = await copyAtEveryStep(directory, join(parent, 'copies'), async () => {
      await restoreLmdbStore({ directory, random: realRandom, snapshot: chunksOf(snapshot) });
    });
    const found: string[] = [];
    for (const copy of copies) {
      const store = await openStore(copy);
      const { epoch, revision } = await store.status();
      const holds = (await pairs(store)).join(' ');
      found.push(holds);
      if (holds.includes('old')) expect({ epoch, revision }, copy).toEqual({ epoch: before.epoch, revision: before.revision });
      else expect(epoch, copy).not.toBe(before.epoch);
      await checkInvariants(store);
      await store.close();
      expect(await readdir(copy)).toEqual(['rollcall.mdb', 'rollcall.mdb-lock']);
    }
    // The one for a while, then the other: nothing else, and never back.
    expect(found.filter((holds, at) => holds !== found[at - 1])).toEqual(['a=old b=old', 'a=restored c=restored']);
  });
});

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function chunksFrom(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
