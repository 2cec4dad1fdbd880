/**
 * What a heartbeat touches, packed: sixteen bytes per attendant, all of them in one line of the processor's cache. With a
 * million attendants nearly every heartbeat waits for memory; so it should wait once.
 *
 *     0        8      12      13     14
 *     deadline  ttl    marks   part   spare
 */

/** A power of two, so that no row lies across two lines. */
const ROW_BYTES = 16;
const DEADLINE = 0;
const TTL = 2;
const MARKS = 12;
const PART = 13;

export class RowTable {
  #floats = new Float64Array(0);
  #ints = new Int32Array(0);
  #bytes = new Uint8Array(0);

  get capacity(): number {
    return this.#bytes.length / ROW_BYTES;
  }

  /** What is there stays; what is new is 0. */
  grow(capacity: number): void {
    const bytes = new Uint8Array(capacity * ROW_BYTES);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#floats = new Float64Array(bytes.buffer);
    this.#ints = new Int32Array(bytes.buffer);
  }

  /** When the row is overdue; `-Infinity` for who has not been heard at all. */
  deadlineMs(row: number): number {
    return this.#floats[row * 2 + DEADLINE] as number;
  }

  setDeadlineMs(row: number, deadlineMs: number): void {
    this.#floats[row * 2 + DEADLINE] = deadlineMs;
  }

  ttlMs(row: number): number {
    return this.#ints[row * 4 + TTL] as number;
  }

  setTtlMs(row: number, ttlMs: number): void {
    this.#ints[row * 4 + TTL] = ttlMs;
  }

  /** A heartbeat. */
  beat(row: number, nowMs: number): void {
    this.#floats[row * 2 + DEADLINE] = nowMs + (this.#ints[row * 4 + TTL] as number);
  }

  marks(row: number): number {
    return this.#bytes[row * ROW_BYTES + MARKS] as number;
  }

  setMarks(row: number, marks: number): void {
    this.#bytes[row * ROW_BYTES + MARKS] = marks;
  }

  /** Which part of the subject: the place of a check among those of its instance. */
  part(row: number): number {
    return this.#bytes[row * ROW_BYTES + PART] as number;
  }

  setPart(row: number, part: number): void {
    this.#bytes[row * ROW_BYTES + PART] = part;
  }
}
