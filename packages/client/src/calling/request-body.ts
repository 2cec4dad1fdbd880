/** What a call sends, once or several times: what is read from a stream is kept, up to a bound, until the answer is there. */

/** As undici takes it: nothing, a text, bytes, a form, or something to be read piece by piece. */
export type SentBody = unknown;

export class RequestBody {
  readonly #given: SentBody;
  readonly #source: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  readonly #keptBytesMax: number;
  /** Pieces that were read, from the `#dropped`th. */
  #pieces: unknown[] = [];
  #dropped = 0;
  #bytes = 0;
  #isWhole = false;
  #pending: Promise<void> | undefined;
  /** What the source itself threw: the caller's fault, and no use to try again. */
  sourceError: Error | undefined;

  constructor(given: SentBody, keptBytesMax: number) {
    this.#given = given;
    this.#keptBytesMax = keptBytesMax;
    this.#source = isRead(given) ? iteratorOf(given) : undefined;
  }

  /** It can be sent from its beginning, as it is now. */
  get isReplayable(): boolean {
    return this.#source === undefined || this.#bytes <= this.#keptBytesMax;
  }

  /** For one try. */
  forTry(): SentBody {
    return this.#source === undefined ? this.#given : this.#read();
  }

  /** Nobody will read any more. */
  release(): void {
    this.#pieces = [];
    if (this.#source !== undefined && !this.#isWhole) {
      this.#isWhole = true;
      // It may never come to an end, and may complain about being left.
      Promise.resolve(this.#source.return?.()).catch(() => undefined);
    }
  }

  async *#read(): AsyncGenerator {
    for (let at = 0; ;) {
      if (at < this.#dropped) throw new Error('what was read already is not kept: it is too long');
      if (at < this.#dropped + this.#pieces.length) {
        const piece = this.#pieces[at++ - this.#dropped];
        if (!this.isReplayable) this.#drop(at);
        yield piece;
      } else if (this.#isWhole) return;
      else await (this.#pending ??= this.#readOne());
    }
  }

  async #readOne(): Promise<void> {
    try {
      const next = await this.#source?.next();
      if (next === undefined || next.done === true) {
        this.#isWhole = true;
        return;
      }
      this.#pieces.push(next.value);
      this.#bytes += lengthOf(next.value);
    } catch (error) {
      this.#isWhole = true;
      this.sourceError = error instanceof Error ? error : new Error(String(error), { cause: error });
      throw error;
    } finally {
      this.#pending = undefined;
    }
  }

  #drop(upTo: number): void {
    this.#pieces.splice(0, upTo - this.#dropped);
    this.#dropped = upTo;
  }
}

type Read = AsyncIterable<unknown> | Iterable<unknown>;

/** Texts, bytes, blobs and forms can be sent as often as one likes. */
function isRead(given: SentBody): given is Read {
  if (given === null || typeof given !== 'object' || ArrayBuffer.isView(given) || given instanceof ArrayBuffer) return false;
  const { [Symbol.toStringTag]: kind } = given as { readonly [Symbol.toStringTag]?: unknown };
  if (kind === 'FormData' || kind === 'Blob' || kind === 'File') return false;
  return Symbol.asyncIterator in given || Symbol.iterator in given;
}

function iteratorOf(given: Read): AsyncIterator<unknown> | Iterator<unknown> {
  return Symbol.asyncIterator in given ? given[Symbol.asyncIterator]() : given[Symbol.iterator]();
}

function lengthOf(piece: unknown): number {
  if (typeof piece === 'string') return Buffer.byteLength(piece);
  return ArrayBuffer.isView(piece) ? piece.byteLength : 0;
}
