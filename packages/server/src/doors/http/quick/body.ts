/** The body of a request on a quick connection: of a length that is known, and of which some is there with the head. */
import { aborted, tooLarge } from '../exchange.js';
import { OVERRUN_BYTES_MAX } from '../limits.js';

const NOTHING: Buffer = Buffer.alloc(0);

export class QuickBody {
  readonly #bytes: number;
  #leftBytes: number;
  /** `null`: what comes is thrown away. */
  #pieces: Buffer[] | null = [];
  #bytesMax = Infinity;
  #waiting: { readonly resolve: (body: Buffer) => void; readonly reject: (error: unknown) => void } | null = null;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#leftBytes = bytes;
  }

  get isWhole(): boolean {
    return this.#leftBytes === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes what is its own of a chunk, from there on, and answers how much that was. */
  take(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#leftBytes, chunk.length - at);
    if (taken > 0) this.#pieces?.push(taken === chunk.length ? chunk : chunk.subarray(at, at + taken));
    this.#leftBytes -= taken;
    if (this.#leftBytes > 0 || this.#waiting === null) return taken;
    const { resolve, reject } = this.#waiting;
    this.#waiting = null;
    if (this.#bytes > this.#bytesMax) reject(tooLarge(this.#bytesMax));
    else resolve(this.#whole());
    return taken;
  }

  /** What is too large, but not by much, is heard out: many programs read no answer while they write. */
  read(bytesMax: number): Buffer | Promise<Buffer> {
    if (this.#bytes > bytesMax + OVERRUN_BYTES_MAX) throw tooLarge(bytesMax);
    if (this.#bytes > bytesMax) this.#pieces = null;
    if (!this.isWhole) {
      this.#bytesMax = bytesMax;
      return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
    }
    if (this.#bytes > bytesMax) throw tooLarge(bytesMax);
    return this.#whole();
  }

  /** Whoever has not asked for it by now does not want it. */
  settle(): void {
    if (this.#waiting === null) this.#pieces = null;
  }

  /** The rest does not come. */
  abort(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#pieces = null;
    waiting?.reject(aborted());
  }

  #whole(): Buffer {
    const pieces = this.#pieces ?? [];
    this.#pieces = null;
    return pieces.length === 1 ? (pieces[0] as Buffer) : pieces.length === 0 ? NOTHING : Buffer.concat(pieces, this.#bytes);
  }
}
