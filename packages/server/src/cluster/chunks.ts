/** Long lists in parts that a peer door takes. */
import { ATTENDANTS_PER_REQUEST_MAX, PEER_CHUNK_BYTES_MAX } from '../shared/peer-protocol.js';

/** Quotes, commas and an age. */
const BESIDE_NAME_BYTES = 16;

/** A name is ASCII: what is not is percent-encoded in it. A check's id is not, and takes at most three times as much. */
const BYTES_PER_CHARACTER = 3;

export function bytesOf(name: string): number {
  return name.length * BYTES_PER_CHARACTER + BESIDE_NAME_BYTES;
}

export function inChunks<Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly (readonly Item[])[] {
  const chunks: Item[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const more = bytesOf(nameOf(item));
    let chunk = chunks.at(-1);
    if (chunk === undefined || chunk.length === ATTENDANTS_PER_REQUEST_MAX || bytes + more > PEER_CHUNK_BYTES_MAX) {
      chunks.push((chunk = []));
      bytes = 0;
    }
    chunk.push(item);
    bytes += more;
  }
  return chunks;
}
