/**
 * Room for short byte strings, many of them in one piece of memory: an array of its own costs more to come by and to give
 * back than all that is done with a key.
 */

const PIECE_BYTES = 8_192;

/** Longer ones would waste what is left of a piece. */
const SHORT_BYTES_MAX = 2_048;

let piece = new Uint8Array(PIECE_BYTES);
let used = 0;

/** To be filled at once, and not to be changed afterwards. */
export function someBytes(length: number): Uint8Array {
  return length > SHORT_BYTES_MAX ? new Uint8Array(length) : taken(length);
}

/** Where only the greatest possible length is known: `fill` answers how much of the room it took. */
export function filledBytes(lengthMax: number, fill: (room: Uint8Array) => number): Uint8Array {
  if (lengthMax > SHORT_BYTES_MAX) {
    const room = new Uint8Array(lengthMax);
    return room.slice(0, fill(room));
  }
  const room = taken(lengthMax);
  const length = fill(room);
  used -= lengthMax - length;
  return room.subarray(0, length);
}

function taken(length: number): Uint8Array {
  if (used + length > PIECE_BYTES) {
    piece = new Uint8Array(PIECE_BYTES);
    used = 0;
  }
  used += length;
  return piece.subarray(used - length, used);
}
