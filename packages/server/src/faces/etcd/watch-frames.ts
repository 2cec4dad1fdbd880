/**
 * What a revision did, as the bytes that its watchers are told: encoded once for all who want the same of it, however many they
 * are, and cut into pieces for who asked for that.
 */
import type { Change, RevisionBatch } from '@rollcall/core';
import { etcd, ProtoWriter } from '@rollcall/wire';

export interface Wanted {
  readonly previous: boolean;
  readonly puts: boolean;
  readonly deletes: boolean;
}

/** Where a piece is cut: what a client of etcd takes in one message by itself, and etcd's own measure. */
const FRAGMENT_BYTES_MAX = 2 * 1024 * 1024;

/** The header, the id, and what else is no event. */
const ENVELOPE_BYTES_MAX = 64;

/** Each is one event, with its place in the message. */
type EncodedEvents = readonly Uint8Array[];

interface Told {
  readonly events: EncodedEvents;
  readonly bytes: number;
  /** The message that was made of it last: many have but one watch, and all of those have the same id. */
  frame: Uint8Array | null;
  frameOf: number;
}

export class WatchFrames {
  readonly #told = new WeakMap<RevisionBatch, Map<number, Told>>();
  readonly #headerAt: (revision: number) => etcd.ResponseHeader;

  constructor(headerAt: (revision: number) => etcd.ResponseHeader) {
    this.#headerAt = headerAt;
  }

  /** The messages for one watch; none where it wants nothing of this revision. */
  of(batch: RevisionBatch, watchId: number, wanted: Wanted, inFragments: boolean): readonly Uint8Array[] {
    const told = this.#toldOf(batch, wanted);
    if (told.events.length === 0) return [];
    if (inFragments && told.events.length > 1 && told.bytes + ENVELOPE_BYTES_MAX >= FRAGMENT_BYTES_MAX) {
      const pieces = [...inPieces(told.events)];
      return pieces.map((events, at) => this.#frame(batch.revision, watchId, events, at < pieces.length - 1));
    }
    if (told.frame === null || told.frameOf !== watchId) {
      told.frame = this.#frame(batch.revision, watchId, told.events, false);
      told.frameOf = watchId;
    }
    return [told.frame];
  }

  #toldOf(batch: RevisionBatch, wanted: Wanted): Told {
    let byWish = this.#told.get(batch);
    if (byWish === undefined) this.#told.set(batch, (byWish = new Map<number, Told>()));
    const wish = (wanted.previous ? 1 : 0) + (wanted.puts ? 2 : 0) + (wanted.deletes ? 4 : 0);
    let told = byWish.get(wish);
    if (told === undefined) {
      const changes = batch.changes.filter(({ type }) => (type === 'put' ? wanted.puts : wanted.deletes));
      const events = changes.map((change) => encoded(eventOf(change, batch.revision, wanted.previous)));
      told = { events, bytes: events.reduce((sum, { length }) => sum + length, 0), frame: null, frameOf: 0 };
      byWish.set(wish, told);
    }
    return told;
  }

  #frame(revision: number, watchId: number, events: EncodedEvents, isFollowed: boolean): Uint8Array {
    const header = this.#headerAt(revision);
    const start = new ProtoWriter()
      .message(1, (to) => etcd.responseHeader.write(header, to))
      .number(2, watchId)
      .bool(7, isFollowed);
    return Buffer.concat([start.finish(), ...events]);
  }
}

/** A deletion tells the key, the revision, and nothing else. */
function eventOf(change: Change, revision: number, withPrevious: boolean): etcd.Event {
  const prevKv = withPrevious ? change.previous : null;
  if (change.type === 'put') return { type: 'PUT', kv: change.entry, prevKv };
  return { type: 'DELETE', kv: { ...etcd.keyValue.empty, key: change.key, modRevision: revision }, prevKv };
}

function encoded(event: etcd.Event): Uint8Array {
  return new ProtoWriter().message(11, (to) => etcd.event.write(event, to)).finish();
}

function* inPieces(events: EncodedEvents): Generator<EncodedEvents> {
  let piece: Uint8Array[] = [];
  let bytes = ENVELOPE_BYTES_MAX;
  for (const event of events) {
    if (piece.length > 0 && bytes + event.length >= FRAGMENT_BYTES_MAX) {
      yield piece;
      piece = [];
      bytes = ENVELOPE_BYTES_MAX;
    }
    piece.push(event);
    bytes += event.length;
  }
  yield piece;
}
