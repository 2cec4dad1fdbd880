/**
 * Rendered answers of all faces, as bytes, in one bounded place. Who was not asked for since the last time that room was
 * needed goes first. An answer is thrown away by whoever rendered it once it is no longer true.
 */
export interface CachedAnswer {
  /** What goes out; the head's share of memory is counted for it. */
  readonly body: Buffer;
}

export interface AnswerCacheOptions {
  /** Of all bodies, with what it takes to find them. */
  readonly bytesMax: number;
}

interface Entry {
  readonly answer: CachedAnswer;
  readonly bytes: number;
  /** Asked for since it was last considered for leaving. */
  wanted: boolean;
}

/** Longer ones are made to be long: addresses and scopes of people are a line. Thousands of them are remembered. */
const KEY_CHARACTERS_MAX = 4096;

/** What an entry takes besides its key and body: the head, the places in the tables. */
const ENTRY_BYTES = 1024;

/** What one answer may take of the whole: one large one must not drive out all others. */
const SHARE_MAX = 0.25;

/** Questions remembered that were asked once. */
const ASKED_ONCE_MAX = 4096;

export class AnswerCache {
  readonly #bytesMax: number;
  readonly #entries = new Map<string, Entry>();
  readonly #askedOnce = new Set<string>();
  #bytes = 0;

  constructor({ bytesMax }: AnswerCacheOptions) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.wanted = true;
    return entry.answer;
  }

  put(key: string, answer: CachedAnswer): void {
    this.#delete(key);
    const bytes = key.length + answer.body.length + ENTRY_BYTES;
    if (bytes > this.#bytesMax * SHARE_MAX || key.length > KEY_CHARACTERS_MAX) return;
    this.#entries.set(key, { answer, bytes, wanted: false });
    this.#bytes += bytes;
    this.#makeRoom();
  }

  /** For questions that few ask: the answer stays only if it was asked for before. */
  putIfAskedTwice(key: string, answer: CachedAnswer): void {
    if (this.#askedOnce.delete(key)) return this.put(key, answer);
    this.#rememberAsked(key);
  }

  /** No longer true. The question is known to be asked more than once. */
  expire(key: string): void {
    this.#delete(key);
    this.#rememberAsked(key);
  }

  #delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  #rememberAsked(key: string): void {
    if (key.length > KEY_CHARACTERS_MAX) return;
    if (this.#askedOnce.size >= ASKED_ONCE_MAX) this.#askedOnce.clear();
    this.#askedOnce.add(key);
  }

  /** The oldest first; who was wanted meanwhile gets another round. Ends, because a round takes the wish away. */
  #makeRoom(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#entries.delete(key);
      if (entry.wanted) this.#entries.set(key, { ...entry, wanted: false });
      else this.#bytes -= entry.bytes;
    }
  }
}
