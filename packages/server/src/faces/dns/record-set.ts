/** The records of one name and type, rendered: only their order, and where in the message they stand, is left to be said. */
import type { Random } from '@rollcall/core';
import { AsTheyAre, Order } from './order.js';
import { PackedRecords, RECORD_HEAD_BYTES, type RecordContent, type Room } from './packed-records.js';

/** One record to be. */
export interface Draft extends RecordContent {
  /** Its share of the first places; above 0. */
  readonly weight: number;
  /** Addresses of the name in its data, with the place of that name there. */
  readonly glue?: Glue;
}

export interface Glue {
  readonly nameAt: number;
  /** The same list is written once. */
  readonly records: readonly RecordContent[];
}

/** A pointer has 14 bits. */
const POINTED_MAX = 0x3fff;
const POINTER = 0xc000;

export class RecordSet {
  readonly count: number;
  readonly #records: PackedRecords;
  readonly #order: Pick<Order, 'first'>;
  readonly #glue: PackedGlue | null;

  /** `null`: they keep their order, and the first ones come first. */
  constructor(drafts: readonly Draft[], random: Random | null) {
    this.count = drafts.length;
    this.#records = new PackedRecords(drafts);
    this.#order = random === null ? new AsTheyAre(drafts.length) : new Order(weightsOf(drafts), random);
    this.#glue = drafts.some(({ glue }) => glue !== undefined) ? new PackedGlue(drafts) : null;
  }

  /**
   * Writes as many as there is room for, at most `most`, in a new order, each with this owner. Who skips goes on behind a record that
   * has no room.
   */
  write(room: Room, owner: number, most: number, skips: boolean): Written {
    const records = this.#records;
    const fitting = Math.floor((room.end - room.at) / records.bytesMin);
    const wanted = Math.min(this.count, most, skips ? this.count : fitting);
    const places = this.#order.first(wanted);
    const begin = room.at;
    let written = 0;
    for (let at = 0; at < wanted; at++) {
      const place = places[at] as number;
      const start = room.at;
      if (!records.copy(place, room)) {
        if (skips) continue;
        break;
      }
      room.bytes[start] = owner >>> 8;
      room.bytes[start + 1] = owner & 0xff;
      // Exchanged, so that each place stays in the list once.
      places[at] = places[written] as number;
      places[written++] = place;
    }
    return { written, places, begin };
  }

  /** The addresses of what was written, as far as there is room for them. Answers how many records that were. */
  writeGlue(room: Room, { written, places, begin }: Written): number {
    if (this.#glue === null) return 0;
    this.#glue.begin();
    let [at, count] = [begin, 0];
    for (let one = 0; one < written; one++) {
      const place = places[one] as number;
      count += this.#glue.write(place, at - room.start + RECORD_HEAD_BYTES, room);
      at += this.#records.bytesOf(place);
    }
    return count;
  }
}

/** The places are lent until the next answer. */
export interface Written {
  readonly written: number;
  readonly places: Uint32Array;
  readonly begin: number;
}

/** Addresses of targets: by record, which list of addresses is its own. */
class PackedGlue {
  readonly #records: PackedRecords;
  /** By list, where it begins among the records; one more than there are lists. */
  readonly #starts: number[] = [0];
  /** By record, its list; -1 for none. */
  readonly #listOf: Int32Array;
  readonly #nameAt: number;
  /** By list, the answer that it was last written in. */
  readonly #writtenIn: Uint32Array;
  #answer = 0;

  constructor(drafts: readonly Draft[]) {
    const lists = new Map<Glue['records'], number>();
    const records: RecordContent[] = [];
    this.#listOf = new Int32Array(drafts.length).fill(-1);
    this.#nameAt = drafts.find(({ glue }) => glue !== undefined)?.glue?.nameAt ?? 0;
    for (let at = 0; at < drafts.length; at++) {
      const glue = drafts[at]?.glue;
      if (glue === undefined) continue;
      let list = lists.get(glue.records);
      if (list === undefined) {
        lists.set(glue.records, (list = lists.size));
        records.push(...glue.records);
        this.#starts.push(records.length);
      }
      this.#listOf[at] = list;
    }
    this.#records = new PackedRecords(records);
    this.#writtenIn = new Uint32Array(lists.size);
  }

  begin(): void {
    this.#answer++;
  }

  /** `data` is where the record's data stands in the message. Answers how many were written. */
  write(record: number, data: number, room: Room): number {
    const list = this.#listOf[record] as number;
    const name = data + this.#nameAt;
    if (list < 0 || name > POINTED_MAX || this.#writtenIn[list] === this.#answer) return 0;
    this.#writtenIn[list] = this.#answer;
    const [start, end] = [this.#starts[list] as number, this.#starts[list + 1] as number];
    for (let at = start; at < end; at++) {
      const place = room.at;
      if (!this.#records.copy(at, room)) return at - start;
      room.bytes[place] = (POINTER + name) >>> 8;
      room.bytes[place + 1] = name & 0xff;
    }
    return end - start;
  }
}

/** `null` where all weigh the same. */
function weightsOf(drafts: readonly Draft[]): { readonly count: number; readonly weights: readonly number[] | null } {
  const first = drafts[0]?.weight;
  const isEven = drafts.every(({ weight }) => weight === first);
  return { count: drafts.length, weights: isEven ? null : drafts.map(({ weight }) => weight) };
}
