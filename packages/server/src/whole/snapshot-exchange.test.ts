/** A snapshot that one engine saves, another restores: the state, the leases, and nothing else. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkInvariants, SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { allKeys, fromText, isRollcallError, singleKey, toText, type Store } from '@rollcall/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeSnapshot } from '../shared/snapshot.js';
import { nextTurn } from '../shared/turn.js';
import { restoreLmdbStore } from '../stores/lmdb/restore.js';
import { openLmdbStore } from '../stores/lmdb/store.js';
import { openMemoryStore } from '../stores/memory/store.js';

const LEASE_TTL_MS = 10_000;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = new SimulatedClock();
const random = new SeededRandom(1);

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

interface Engine {
  readonly name: string;
  /** Empty, or as the snapshot has it. */
  open(snapshot?: Chunks): Promise<Store>;
}

const memory: Engine = {
  name: 'memory',
  open: (snapshot) => openMemoryStore({ clock, random, ...(snapshot === undefined ? {} : { snapshot: streamOf(snapshot) }) }),
};

const lmdb: Engine = {
  name: 'lmdb',
  async open(snapshot) {
    const directory = await temporaryDirectory();
    if (snapshot !== undefined) await restoreLmdbStore({ directory, random, snapshot: streamOf(snapshot) });
    return openLmdbStore({ directory, clock, random, log });
  },
};

async function* streamOf(chunks: Chunks): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function bytesOf(store: Store): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of encodeSnapshot(store)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function put(store: Store, key: string, value: string, lease?: bigint): Promise<void> {
  await store.commit({ then: [{ type: 'put', key: fromText(key), value: fromText(value), ...(lease === undefined ? {} : { lease }) }] });
}

async function opened(engine: Engine, snapshot?: Chunks): Promise<Store> {
  const store = await engine.open(snapshot);
  onTestFinished(() => store.close());
  return store;
}

/** Keys that were written once and again, gone, long, many; values large and empty; a lease with keys and one without. */
async function fill(store: Store): Promise<void> {
  await store.grantLease({ id: 7n, ttlMs: LEASE_TTL_MS });
  await store.grantLease({ id: 8n, ttlMs: LEASE_TTL_MS });
  for (let count = 0; count < 1_200; count += 100) {
    const keys = Array.from({ length: 100 }, (_, index) => `many ${count + index}`);
    await store.commit({ then: keys.map((key) => ({ type: 'put', key: fromText(key), value: fromText(key) })) });
  }
  for (const value of ['1', '2', '3']) await put(store, 'a', value, 7n);
  await put(store, 'long'.padEnd(5_000, '.'), 'x'.repeat(100_000), 7n);
  await put(store, 'empty', '');
  await put(store, 'gone', '1');
  await store.commit({ then: [{ type: 'delete', range: singleKey(fromText('gone')) }] });
}

const refusalOf = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'not refused',
    (reason: unknown) => reason,
  );

describe.each([
  { from: memory, to: memory },
  { from: memory, to: lmdb },
  { from: lmdb, to: memory },
  { from: lmdb, to: lmdb },
])('saved by $from.name and restored by $to.name', ({ from, to }) => {
  it('every entry is there with all its numbers, and the log is another one', async () => {
    const saved = await opened(from);
    await fill(saved);
    const restored = await opened(to, [await bytesOf(saved)]);
    expect((await restored.range({ range: allKeys })).entries).toEqual((await saved.range({ range: allKeys })).entries);
    const [before, after] = [await saved.status(), await restored.status()];
    expect(after.epoch).not.toBe(before.epoch);
    expect(after.revision).toBeGreaterThan(before.revision);
    expect(after.compactedRevision).toBe(after.revision);
    expect(await refusalOf(restored.range({ range: allKeys, revision: before.revision }))).toMatchObject({ code: 'revision-compacted' });
    await put(restored, 'a', '4');
    expect((await restored.status()).revision).toBe(after.revision + 1);
  });

  it('leases come along, each with its full ttl', async () => {
    const saved = await opened(from);
    await fill(saved);
    await clock.advance(LEASE_TTL_MS * 0.9);
    const restored = await opened(to, [await bytesOf(saved)]);
    expect(new Set(await restored.leases())).toEqual(new Set([7n, 8n]));
    expect(await restored.lease(7n)).toMatchObject({ ttlMs: LEASE_TTL_MS, remainingMs: LEASE_TTL_MS });
    expect((await restored.lease(7n)).keys.map((key) => toText(key).slice(0, 4))).toEqual(['a', 'long']);
    await clock.advance(LEASE_TTL_MS * 1.2);
    await expect.poll(() => restored.leases()).toEqual([]);
    expect((await restored.range({ range: singleKey(fromText('a')) })).entries).toEqual([]);
  });
});

describe.each([memory, lmdb])('a snapshot of $name, taken while others write', (engine) => {
  it('shows one moment', async () => {
    const store = await opened(engine);
    await fill(store);
    const done = new AbortController();
    const keys = ['first', 'many 500', 'zoo'];
    const writing = (async () => {
      for (let count = 0; !done.signal.aborted; count++) {
        await nextTurn();
        await store.commit({ then: keys.map((key) => ({ type: 'put', key: fromText(key), value: fromText(`${count}`) })) });
      }
    })();
    for (let round = 0; round < 5; round++) {
      const snapshot = await bytesOf(store);
      const { revision } = JSON.parse(snapshot.toString('latin1').split('\n')[1] ?? '') as { readonly revision: number };
      const restored = await opened(memory, [snapshot]);
      const was = await store.range({ range: allKeys, revision });
      expect((await restored.range({ range: allKeys })).entries).toEqual(was.entries);
      await checkInvariants(restored);
    }
    done.abort();
    await writing;
  });
});

describe('a snapshot that is not whole', () => {
  it.each([
    ['cut short', (snapshot: Buffer) => snapshot.subarray(0, snapshot.length - 1), 'store-corrupt'],
    ['cut in half', (snapshot: Buffer) => snapshot.subarray(0, snapshot.length / 2), 'store-corrupt'],
    ['empty', () => Buffer.alloc(0), 'store-corrupt'],
    ['with a flipped bit in the header', (snapshot: Buffer) => flipped(snapshot, 40), 'store-corrupt'],
    ['with a flipped bit in the middle', (snapshot: Buffer) => flipped(snapshot, snapshot.length / 2), 'store-corrupt'],
    ['with a flipped bit at the end', (snapshot: Buffer) => flipped(snapshot, snapshot.length - 1), 'store-corrupt'],
    ['of a newer format', (snapshot: Buffer) => replaced(snapshot, '"format":1', '"format":2'), 'store-newer'],
    ['of something else', () => Buffer.from('PK\u0003\u0004'.repeat(1_000)), 'store-corrupt'],
  ])('%s is refused, and what is there stays as it is', async (_, damage, code) => {
    const saved = await opened(memory);
    await fill(saved);
    const directory = await temporaryDirectory();
    const store = await openLmdbStore({ directory, clock, random, log });
    await put(store, 'a', 'as it was');
    await store.close();
    const before = await filesOf(directory);
    const snapshot = streamOf([damage(await bytesOf(saved))]);
    expect(isRollcallError(await refusalOf(restoreLmdbStore({ directory, random, snapshot })), code as 'store-corrupt')).toBe(true);
    expect(await filesOf(directory)).toEqual(before);
    expect(await refusalOf(opened(memory, [damage(await bytesOf(saved))]))).toMatchObject({ code });
  });

  it('is not even looked at by a directory in use', async () => {
    const directory = await temporaryDirectory();
    const store = await openLmdbStore({ directory, clock, random, log });
    expect(await refusalOf(restoreLmdbStore({ directory, random, snapshot: streamOf([]) }))).toMatchObject({ code: 'store-locked' });
    await store.close();
  });

  it('restores a whole one in pieces of any size', async () => {
    const saved = await opened(memory);
    await fill(saved);
    const snapshot = await bytesOf(saved);
    const pieces = Array.from({ length: Math.ceil(snapshot.length / 777) }, (_, index) =>
      snapshot.subarray(index * 777, (index + 1) * 777),
    );
    const restored = await opened(lmdb, pieces);
    expect((await restored.range({ range: allKeys })).entries).toEqual((await saved.range({ range: allKeys })).entries);
  });
});

it('a restore lies above all that the directory ever served', async () => {
  const directory = await temporaryDirectory();
  const old = await openLmdbStore({ directory, clock, random, log });
  const snapshot = await bytesOf(old);
  await put(old, 'a', '1');
  const { revision } = await old.status();
  await old.close();
  const first = await restoreLmdbStore({ directory, random, snapshot: streamOf([snapshot]) });
  const second = await restoreLmdbStore({ directory, random, snapshot: streamOf([snapshot]) });
  expect(first.revision).toBeGreaterThan(revision);
  expect(second.revision).toBeGreaterThan(first.revision);
});

async function filesOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(directory)).filter((name) => !name.endsWith('-lock'));
  return new Map(
    await Promise.all(names.sort().map(async (name) => [name, (await readFile(join(directory, name))).toString('base64')] as const)),
  );
}

function flipped(snapshot: Buffer, at: number): Buffer {
  const copy = Buffer.from(snapshot);
  copy[Math.floor(at)] = (copy[Math.floor(at)] ?? 0) ^ 1;
  return copy;
}

function replaced(snapshot: Buffer, from: string, to: string): Buffer {
  return Buffer.from(snapshot.toString('latin1').replace(from, to), 'latin1');
}
