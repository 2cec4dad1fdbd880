/**
 * All keys with their values, in order, and when what anybody asks for last moved: a key, or all that begin alike. A key that
 * is gone is remembered for a while, so that its going moves what it belonged to.
 */
import { keysUnder, OrderedMap, toTextRange, fromText, type Bytes, type TextRange } from '@rollcall/core';
import { byteText } from './keys.js';

export interface KvEntry {
  readonly key: string;
  readonly value: Bytes;
  readonly flags: bigint;
  readonly lockIndex: number;
  readonly session: string | null;
  readonly createRevision: number;
  readonly modRevision: number;
}

/** What reads need of it: of the log as it is, or of a draft over it. Prefixes and keys are plain text. */
export interface KvReading {
  get(key: string): KvEntry | undefined;
  /** In the order of their bytes. */
  under(prefix: string): Iterable<KvEntry>;
}

/** Remembered departures. Beyond, whoever waits for a key that is not there is woken once for nothing. */
const GRAVES_MAX = 8192;

export class KvTable implements KvReading {
  readonly #entries = new OrderedMap<KvEntry>();
  readonly #graves = new OrderedMap<number>();
  /** The same in the order in which they came. */
  readonly #burials = new Map<string, number>();
  readonly #held = new Map<string, Set<string>>();
  readonly #gravesMax: number;
  /** Departures up to here are not remembered one by one. */
  #floor: number;

  constructor(since: number, gravesMax: number = GRAVES_MAX) {
    this.#floor = since;
    this.#gravesMax = gravesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): KvEntry | undefined {
    return this.#entries.get(byteText(key));
  }

  *under(prefix: string): Generator<KvEntry> {
    for (const name of this.#entries.keys(rangeUnder(prefix))) yield this.#entries.get(name) as KvEntry;
  }

  /** The keys that a session holds, as plain text. */
  heldBy(session: string): readonly string[] {
    return [...(this.#held.get(session) ?? [])];
  }

  /** Everybody who holds something. */
  holders(): Iterable<string> {
    return this.#held.keys();
  }

  /** When this key last came, changed or went. */
  movedKey(key: string): number {
    const name = byteText(key);
    return this.#entries.get(name)?.modRevision ?? Math.max(this.#floor, this.#graves.get(name) ?? 0);
  }

  /** When any that begins so last came, changed or went. */
  movedUnder(prefix: string): number {
    let moved = this.#floor;
    for (const { modRevision } of this.under(prefix)) if (modRevision > moved) moved = modRevision;
    for (const name of this.#graves.keys(rangeUnder(prefix))) moved = Math.max(moved, this.#graves.get(name) ?? 0);
    return moved;
  }

  put(entry: KvEntry): void {
    const name = byteText(entry.key);
    this.#let(this.#entries.get(name));
    if (this.#graves.delete(name)) this.#burials.delete(name);
    this.#entries.set(name, entry);
    if (entry.session === null) return;
    const keys = this.#held.get(entry.session) ?? new Set();
    this.#held.set(entry.session, keys.add(entry.key));
  }

  remove(key: string, revision: number): void {
    const name = byteText(key);
    this.#let(this.#entries.get(name));
    if (!this.#entries.delete(name)) return;
    this.#graves.set(name, revision);
    this.#burials.set(name, revision);
    if (this.#burials.size <= this.#gravesMax) return;
    const [oldest, at] = this.#burials.entries().next().value as [string, number];
    this.#burials.delete(oldest);
    this.#graves.delete(oldest);
    this.#floor = Math.max(this.#floor, at);
  }

  #let(entry: KvEntry | undefined): void {
    if (entry === undefined || entry.session === null) return;
    const keys = this.#held.get(entry.session);
    if (keys?.delete(entry.key) === true && keys.size === 0) this.#held.delete(entry.session);
  }
}

function rangeUnder(prefix: string): TextRange {
  return toTextRange(keysUnder(fromText(byteText(prefix))));
}
