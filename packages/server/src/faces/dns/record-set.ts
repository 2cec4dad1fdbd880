/**
 * The records of one name and type, rendered: only their order, and where in the message they stand, is left to be said. Owners are
 * pointers of two bytes, written when the record is.
 */
import type { Random } from '@rollcall/core';
import { CLASS_IN } from '@rollcall/wire';
import { Order } from './order.js';

/** One record to be. */
export interface Draft {
  readonly type: number;
  readonly ttlSeconds: number;
  readonly data: Uint8Array;
  /** Its share of the first places; above 0. */
  readonly weight: number;
  /** Addresses of the name in its data, with the place of that name there. */
  readonly glue?: Glue;
}

export interface Glue {
  readonly nameAt: number;
  /** The same glue is the same list: it is written once. */
  readonly records: readonly Uint8Array[];
}

/** What a record has before its data, without its owner: type, class, time to live, length. */
const HEAD_BYTES = 10;

const OWNER_BYTES = 2;

/** A pointer has 14 bits. */
const POINTED_MAX = 0x3fff;

export class RecordSet {
  readonly count: number;
  /** Less than any of them takes. */
  readonly bytesMin: number;
  readonly #records: readonly Uint8Array[];
  readonly #glue: readonly (Glue | null)[] | null;
  readonly #order: Order;
  readonly #placed = new Set<Glue['records']>();

  constructor(drafts: readonly Draft[], random: Random) {
    this.count = drafts.length;
    this.#records = drafts.map((draft) => renderedRecord(draft.type, draft.ttlSeconds, draft.data));
    this.#glue = drafts.some(({ glue }) => glue !== undefined) ? drafts.map(({ glue }) => glue ?? null) : null;
    this.bytesMin = OWNER_BYTES + this.#records.reduce((least, { length }) => Math.min(least, length), Infinity);
    this.#order = new Order(
      drafts.length,
      drafts.map(({ weight }) => weight),
      random,
    );
  }

  /** Writes as many as there is room for, in a new order, and takes note of where. */
  write(into: Room, owner: number, most: number, skips: boolean): Written {
    const fitting = Math.floor((into.end - into.at) / this.bytesMin);
    const wanted = Math.min(this.count, most, skips ? this.count : fitting);
    const places = this.#order.first(wanted);
    const start = into.at;
    let written = 0;
    for (let at = 0; at < wanted; at++) {
      const record = this.#records[places[at] as number] as Uint8Array;
      if (into.at + OWNER_BYTES + record.length > into.end) {
        if (skips) continue;
        break;
      }
      copyRecord(into, owner, record);
      // Exchanged, so that each place stays in the list once.
      const place = places[at] as number;
      places[at] = places[written] as number;
      places[written++] = place;
    }
    return { written, places, start };
  }

  /** The addresses of what was written, as far as there is room for them. Answers how many records that were. */
  writeGlue(into: Room, { written, places, start }: Written): number {
    if (this.#glue === null) return 0;
    let [at, count] = [start, 0];
    this.#placed.clear();
    for (let one = 0; one < written; one++) {
      const place = places[one] as number;
      const glue = this.#glue[place] ?? null;
      const name = at + OWNER_BYTES + HEAD_BYTES + (glue?.nameAt ?? 0);
      at += OWNER_BYTES + (this.#records[place] as Uint8Array).length;
      if (glue === null || name > POINTED_MAX || this.#placed.has(glue.records)) continue;
      this.#placed.add(glue.records);
      for (const record of glue.records) {
        if (into.at + OWNER_BYTES + record.length > into.end) return count;
        copyRecord(into, 0xc000 + name, record);
        count++;
      }
    }
    return count;
  }
}

/** What may be written to, from where on. */
export interface Room {
  readonly bytes: Uint8Array;
  at: number;
  end: number;
}

/** The places are lent until the next answer. */
export interface Written {
  readonly written: number;
  readonly places: Uint32Array;
  readonly start: number;
}

export function renderedRecord(type: number, ttlSeconds: number, data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEAD_BYTES + data.length);
  record.set([type >>> 8, type & 0xff, 0, CLASS_IN, (ttlSeconds >>> 24) & 0xff, (ttlSeconds >>> 16) & 0xff]);
  record.set([(ttlSeconds >>> 8) & 0xff, ttlSeconds & 0xff, data.length >>> 8, data.length & 0xff], 6);
  record.set(data, HEAD_BYTES);
  return record;
}

function copyRecord(into: Room, owner: number, record: Uint8Array): void {
  const { bytes } = into;
  let { at } = into;
  bytes[at++] = owner >>> 8;
  bytes[at++] = owner & 0xff;
  // For so few bytes a loop is faster than a call.
  for (let from = 0; from < record.length; from++) bytes[at++] = record[from] as number;
  into.at = at;
}
