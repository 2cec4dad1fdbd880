/**
 * The named properties of watches that etcd's own robustness tests look for, over random histories: ordered, unique, atomic, reliable,
 * resumable, bookmarkable, with previous values, filtered.
 */
import { SeededRandom } from '@rollcall/conformance';
import { etcd } from '@rollcall/wire';
import { describe, expect, it } from 'vitest';
import { bytes, create, EtcdFixture, putOperation, removeOperation, text, type Spoken } from './face.fixture.js';

type Watching = Spoken<etcd.WatchRequest, etcd.WatchResponse>;

/** What happened, as whoever did it was told. */
interface Happened {
  readonly revision: number;
  readonly changes: readonly {
    readonly type: 'PUT' | 'DELETE';
    readonly key: string;
    readonly value: string;
    readonly before: string | null;
  }[];
}

const keys = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c'];

/** A few dozen of them are more than waits for a slow reader. */
const LARGE = 20_000;

/** Writes at random, and keeps the books: what stood there, and what became of it. */
class Writer {
  readonly history: Happened[] = [];
  readonly #face: EtcdFixture;
  readonly #random: SeededRandom;
  readonly #present = new Map<string, string>();
  #written = 0;

  constructor(face: EtcdFixture, random: SeededRandom) {
    this.#face = face;
    this.#random = random;
  }

  async write(): Promise<void> {
    const chosen = keys.filter(() => this.#random.below(3) === 0);
    const operations = chosen.map((key) => ({ key, isPut: this.#random.below(3) > 0, value: `${++this.#written}` }));
    const success = operations.map(({ key, isPut, value }) =>
      isPut ? putOperation(key, { value: bytes(value.padEnd(LARGE)) }) : removeOperation(key),
    );
    const { header } = await this.#face.txn({ success });
    const changes = operations.flatMap(({ key, isPut, value }): Happened['changes'] => {
      const before = this.#present.get(key) ?? null;
      if (isPut) this.#present.set(key, value);
      else this.#present.delete(key);
      if (!isPut && before === null) return [];
      return [{ type: isPut ? 'PUT' : 'DELETE', key, value: isPut ? value : '', before }];
    });
    if (changes.length > 0) this.history.push({ revision: header.revision, changes });
  }
}

/** A client that is cut off now and then, and comes back with where it stood. */
class Client {
  readonly heard: { readonly revision: number; readonly line: string }[] = [];
  readonly #face: EtcdFixture;
  readonly #prefix: string;
  readonly #asked: Partial<etcd.WatchCreateRequest>;
  #watching: Watching | null = null;
  #taken = 0;
  #next: number;

  constructor(face: EtcdFixture, prefix: string, asked: Partial<etcd.WatchCreateRequest>, from: number) {
    this.#face = face;
    this.#prefix = prefix;
    this.#asked = asked;
    this.#next = from;
  }

  async connect(takes: boolean): Promise<void> {
    this.#watching = this.#face.watching();
    this.#watching.listener.takes = takes;
    this.#taken = 0;
    await this.#watching.say(create(this.#prefix, `${this.#prefix.slice(0, -1)}0`, { ...this.#asked, startRevision: this.#next }));
  }

  async askProgress(): Promise<void> {
    await this.#watching?.say({ progressRequest: {} });
  }

  /** Reads what came. A bookmark is believed: everything up to it was told. */
  read(): void {
    const { listener } = this.#watching as Watching;
    listener.take();
    for (const { header, events, created, fragment } of listener.heard.slice(this.#taken)) {
      for (const { type, kv, prevKv } of events) {
        expect(kv.modRevision).toBeGreaterThanOrEqual(this.#next);
        expect(header.revision).toBe(kv.modRevision);
        const before = prevKv === null ? '' : ` was ${text(prevKv.value).trimEnd()}`;
        this.heard.push({
          revision: kv.modRevision,
          line: `${kv.modRevision} ${type} ${text(kv.key)}=${text(kv.value).trimEnd()}${before}`,
        });
      }
      if (!created && !fragment) this.#next = header.revision + 1;
    }
    this.#taken = listener.heard.length;
  }

  cut(): void {
    this.read();
    this.#watching?.close();
  }

  expected(history: readonly Happened[], from: number): readonly string[] {
    const { filters = [], prevKv = false } = this.#asked;
    return history.flatMap(({ revision, changes }) =>
      changes
        .filter(
          ({ key, type }) => revision >= from && key.startsWith(this.#prefix) && !filters.includes(type === 'PUT' ? 'NOPUT' : 'NODELETE'),
        )
        .map(({ type, key, value, before }) => `${revision} ${type} ${key}=${value}${prevKv && before !== null ? ` was ${before}` : ''}`),
    );
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((later) => setImmediate(later));
}

describe('every watch', () => {
  it.each(Array.from({ length: 4 }, (_, at) => at + 1))(
    'is told everything once, in order, whatever happens to its client: seed %i',
    async (seed) => {
      const random = new SeededRandom(seed);
      const face = await EtcdFixture.open();
      const writer = new Writer(face, random);
      for (let at = 0; at < 20; at++) await writer.write();
      const wishes: readonly Partial<etcd.WatchCreateRequest>[] = [
        { prevKv: true },
        { filters: ['NODELETE'] },
        { filters: ['NOPUT'], prevKv: true },
        { fragment: true, progressNotify: true },
      ];
      const clients = wishes.flatMap((asked, at) =>
        ['a/', 'b/'].map((prefix) => ({ from: 1 + at * 7, client: new Client(face, prefix, asked, 1 + at * 7) })),
      );
      for (const { client } of clients) await client.connect(true);
      for (let at = 0; at < 90; at++) {
        await writer.write();
        for (const { client } of clients) {
          const luck = random.below(12);
          if (luck === 0) await client.askProgress();
          if (luck < 3) client.read();
          if (luck === 3) {
            client.cut();
            if (random.below(2) === 0) await writer.write();
            await client.connect(random.below(2) === 0);
          }
        }
      }
      await turns();
      for (const { client, from } of clients) {
        client.read();
        await turns();
        client.read();
        expect(client.heard.map(({ line }) => line)).toEqual(client.expected(writer.history, from));
        // Otherwise nothing was judged.
        expect(client.heard.length).toBeGreaterThan(8);
      }
    },
  );
});
