/** Answering a range from a state: limit, bounds and count, the same for every engine. */
import type { Bytes, Entry, RangeRequest, RangeResult } from '../ports/store.js';
import { entriesIn, type Reader } from './reader.js';

const NO_VALUE: Bytes = new Uint8Array(0);

/** `revision` is where the log stands, for the answer; `reader` already shows the revision that was asked for. */
export function readRange(reader: Reader, request: RangeRequest, revision: number): RangeResult {
  const answer = new RangeAnswer(request);
  for (const entry of entriesIn(reader, request.range)) if (!answer.take(entry)) break;
  return answer.result(revision);
}

/** An answer that grows entry by entry, for those who read in several sittings. */
export class RangeAnswer {
  readonly #request: RangeRequest;
  readonly #entries: Entry[] = [];
  #count = 0;
  #more = false;

  constructor(request: RangeRequest) {
    this.#request = request;
  }

  /** The range's next entry, in order. `false`: the answer is complete, the rest need not be read. */
  take(entry: Entry): boolean {
    this.#count++;
    if (!this.#more && withinBounds(entry, this.#request)) this.#add(entry);
    return !this.#more || this.#request.count === true;
  }

  result(revision: number): RangeResult {
    return { revision, entries: this.#entries, more: this.#more, ...(this.#request.count === true ? { count: this.#count } : {}) };
  }

  #add(entry: Entry): void {
    if (this.#entries.length >= (this.#request.limit ?? Infinity)) this.#more = true;
    else this.#entries.push(this.#request.keysOnly === true ? { ...entry, value: NO_VALUE } : entry);
  }
}

function withinBounds(entry: Entry, request: RangeRequest): boolean {
  return (
    entry.modRevision >= (request.minModRevision ?? 0) &&
    entry.modRevision <= (request.maxModRevision ?? Infinity) &&
    entry.createRevision >= (request.minCreateRevision ?? 0) &&
    entry.createRevision <= (request.maxCreateRevision ?? Infinity)
  );
}
