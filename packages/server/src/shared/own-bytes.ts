/**
 * Copies of bytes that belong to nobody else. Small ones are cut from larger pieces of memory, as Node's own pool does it, only
 * that a piece lasts longer: to make one costs more than all the copies in it. A copy keeps its whole piece in memory.
 */

/** Fifty registrations: enough to forget what a piece costs, and not much to keep for the sake of one of them. */
const PIECE_BYTES = 16 * 1024;
/** What is larger gets memory of its own. */
const SMALL_BYTES_MAX = PIECE_BYTES / 8;

let piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
let used = 0;

export function ownBytes(bytes: Uint8Array): Buffer {
  const { length } = bytes;
  if (length > SMALL_BYTES_MAX) return Buffer.from(bytes.subarray(0, length));
  if (used + length > PIECE_BYTES) {
    piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    used = 0;
  }
  // lmdb hands out buffers that say to be shorter than they are.
  piece.set(length === bytes.byteLength ? bytes : bytes.subarray(0, length), used);
  const own = piece.subarray(used, used + length);
  used += length;
  return own;
}
