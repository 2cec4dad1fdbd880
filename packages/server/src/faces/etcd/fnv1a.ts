/** A hash of 32 bits over stretches of bytes (FNV-1a): to compare by, not to rely on. */

const START = 0x811c9dc5;
const PRIME = 0x01000193;

export class Fnv1a {
  #hash = START;

  /** Where a stretch ends counts too. */
  add(bytes: Uint8Array): this {
    let hash = this.#hash;
    for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] as number), PRIME);
    this.#hash = Math.imul(hash ^ (bytes.length & 0xff), PRIME);
    return this;
  }

  get value(): number {
    return this.#hash >>> 0;
  }
}
