/**
 * What the log holds for the Consul face, in memory and whole on every node: fed by the log's watch, read by everybody, and never told
 * of a write by who made it. Nothing that it answers changes afterwards.
 */
import type { Bytes, LeaseId } from '@rollcall/core';
import { KvTable } from './kv-table.js';
import { parseShelfKey, plainText, type Shelf } from './keys.js';
import { Movements, type Movement } from './movements.js';
import { definitionIn, type QueryDefinition } from './query-record.js';
import {
  decodeCoordinate,
  decodeEvent,
  decodeKv,
  decodeSession,
  type CoordinateRecord,
  type EventRecord,
  type SessionRecord,
} from './records.js';

/** A record with its place in the log. */
interface Placed {
  readonly createRevision: number;
  readonly modRevision: number;
}

export interface Session extends SessionRecord, Placed {
  readonly id: string;
  /** What it lives on; none where it has no time limit. */
  readonly lease: LeaseId;
}

export interface FiredEvent extends EventRecord, Placed {
  /** Its place in the order of all that were ever fired, from 1 on. */
  readonly sequence: number;
}

export interface Query extends QueryDefinition, Placed {
  readonly id: string;
}

/** One record as the log has it, or has it no more. */
export interface KeyspaceChange {
  readonly key: Bytes;
  /** `null`: it was taken out. */
  readonly entry: (Placed & { readonly value: Bytes; readonly lease: LeaseId }) | null;
}

/** More than end within the moments that it takes to let go of what they held. */
const ENDED_MAX = 4096;

export class Keyspace {
  #kv = new KvTable(0);
  #sessions = new Map<string, Session>();
  /** Those that were here and are no more: how they wanted to end, in case that what they held has still to be let go. */
  readonly #ended = new Map<string, Session>();
  #delays = new Map<string, LeaseId>();
  #events: FiredEvent[] = [];
  #queries = new Map<string, Query>();
  #coordinates = new Map<string, CoordinateRecord & Placed>();
  #unreadable = new Set<string>();
  #revision = 0;
  #isLoaded = false;
  /** When a shelf last lost or gained something. */
  #moved = new Map<Shelf, number>();
  readonly #movements = new Movements();

  /** Every change up to this revision is shown. */
  get revision(): number {
    return this.#revision;
  }

  /** It was read at least once: before, an absence means nothing. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get kv(): KvTable {
    return this.#kv;
  }

  get sessions(): ReadonlyMap<string, Session> {
    return this.#sessions;
  }

  /** Some that are no more, the latest last. */
  get ended(): ReadonlyMap<string, Session> {
    return this.#ended;
  }

  /** In the order in which they were fired. */
  get events(): readonly FiredEvent[] {
    return this.#events;
  }

  get queries(): ReadonlyMap<string, Query> {
    return this.#queries;
  }

  get coordinates(): ReadonlyMap<string, CoordinateRecord & Placed> {
    return this.#coordinates;
  }

  /** Keys of records that cannot be read here: they are left out. */
  get unreadable(): ReadonlySet<string> {
    return this.#unreadable;
  }

  /** Nobody may lock this key for a while, because its last holder did not let go by itself. */
  isDelayed(key: string): boolean {
    return this.#delays.has(key);
  }

  moved(shelf: Shelf): number {
    return this.#moved.get(shelf) ?? 0;
  }

  /** Calls in the turn in which that moved, after it is shown. The answer ends it. */
  listen(movement: Movement, moved: () => void): () => void {
    return this.#movements.listen(movement, moved);
  }

  /** Everything anew, as of this revision. What could not be seen meanwhile counts as moved. */
  load(changes: Iterable<KeyspaceChange>, revision: number): void {
    const before = this.#sessions;
    this.#isLoaded = true;
    this.#kv = new KvTable(revision);
    this.#sessions = new Map();
    this.#delays = new Map();
    this.#events = [];
    this.#queries = new Map();
    this.#coordinates = new Map();
    this.#unreadable = new Set();
    const shelves: readonly Shelf[] = ['kv', 'sessions', 'events', 'queries', 'coordinates'];
    this.#moved = new Map(shelves.map((shelf) => [shelf, revision]));
    for (const change of changes) this.#take(change, revision);
    for (const session of before.values()) if (!this.#sessions.has(session.id)) this.#remember(session);
    this.#revision = revision;
    this.#movements.all();
  }

  /** What one revision did. */
  apply(changes: readonly KeyspaceChange[], revision: number): void {
    for (const change of changes) this.#take(change, revision);
    this.#revision = revision;
    this.#movements.tell();
  }

  #take({ key, entry }: KeyspaceChange, revision: number): void {
    const place = parseShelfKey(key);
    if (place === null) return;
    const { shelf, name } = place;
    const isRead = entry === null ? this.#forget(shelf, name, revision) : this.#put(shelf, name, entry);
    const text = `${shelf}/${name}`;
    if (isRead) this.#unreadable.delete(text);
    else this.#unreadable.add(text);
    this.#moved.set(shelf, Math.max(this.moved(shelf), revision));
    this.#movements.note(shelf === 'kv' ? { shelf, key: plainText(name) } : { shelf });
  }

  /** `false` if it cannot be read: then it is as if it were not there. */
  #put(shelf: Shelf, name: string, entry: NonNullable<KeyspaceChange['entry']>): boolean {
    const { value, createRevision, modRevision, lease } = entry;
    const placed = { createRevision, modRevision };
    const put = <Record>(record: Record | null, keep: (record: Record) => void): boolean => {
      if (record === null) this.#forget(shelf, name, modRevision);
      else keep(record);
      return record !== null;
    };
    switch (shelf) {
      case 'kv':
        return put(decodeKv(value), (record) => this.#kv.put({ key: plainText(name), ...record, ...placed }));
      case 'sessions':
        return put(decodeSession(value), (record) => this.#sessions.set(name, { id: name, ...record, ...placed, lease }));
      case 'delays':
        this.#delays.set(plainText(name), lease);
        return true;
      case 'events':
        return put(decodeEvent(value), (record) => this.#putEvent({ ...record, ...placed, sequence: Number(name) }));
      case 'queries':
        return put(definitionIn(value), (record) => this.#queries.set(name, { ...record, ...placed, id: name }));
      case 'query-names':
        return true;
      case 'coordinates':
        return put(decodeCoordinate(value), (record) => this.#coordinates.set(name, { ...record, ...placed }));
    }
  }

  #putEvent(event: FiredEvent): void {
    const others = this.#events.filter(({ sequence }) => sequence !== event.sequence);
    this.#events = [...others, event].toSorted((one, other) => one.sequence - other.sequence);
  }

  #forget(shelf: Shelf, name: string, revision: number): true {
    switch (shelf) {
      case 'kv':
        this.#kv.remove(plainText(name), revision);
        break;
      case 'sessions': {
        const session = this.#sessions.get(name);
        if (session !== undefined) this.#remember(session);
        this.#sessions.delete(name);
        break;
      }
      case 'delays':
        this.#delays.delete(plainText(name));
        break;
      case 'events':
        this.#events = this.#events.filter(({ sequence }) => sequence !== Number(name));
        break;
      case 'queries':
        this.#queries.delete(name);
        break;
      case 'query-names':
        break;
      case 'coordinates':
        this.#coordinates.delete(name);
        break;
    }
    return true;
  }

  #remember(session: Session): void {
    this.#ended.set(session.id, session);
    if (this.#ended.size <= ENDED_MAX) return;
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined) this.#ended.delete(oldest);
  }
}
