/** The code of RFC 7541, appendix B, in which HTTP/2 writes the text of headers: frequent characters take few bits. */

/**
 * How many bits each byte takes, and last the mark of the end, which is never written whole. Codes of the same length
 * stand in the order of their bytes, each length behind the shorter ones, so that the lengths say everything.
 */
// oxfmt-ignore
const bitsOf: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];

const END = 256;
/** Two bytes of table for each node: where to go on for 0 and for 1; a byte that is found is written as what is below nought. */
const tree: Int16Array = treeOf(bitsOf);
/** Padding is the beginning of the mark of the end: ones, and fewer than a byte of them. */
const PADDING_BITS_MAX = 7;

/** Throws a `RangeError` for what is no such text. */
export function readHuffman(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let node = 0;
  let bits = 0;
  let isPadding = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    for (let shift = 7; shift >= 0; shift--) {
      const bit = (byte >> shift) & 1;
      if (bit === 0) isPadding = false;
      bits++;
      node = tree[node * 2 + bit] as number;
      if (node > 0) continue;
      const symbol = -node - 1;
      if (symbol === END) throw new RangeError('A header has the mark of the end within its text.');
      text += String.fromCharCode(symbol);
      node = 0;
      bits = 0;
      isPadding = true;
    }
  }
  if (bits > PADDING_BITS_MAX || !isPadding) throw new RangeError('A header ends in the middle of a character.');
  return text;
}

function treeOf(lengths: readonly number[]): Int16Array {
  const nodes: [number, number][] = [[0, 0]];
  const order = lengths
    .map((length, symbol) => ({ length, symbol }))
    .toSorted((one, other) => one.length - other.length || one.symbol - other.symbol);
  let code = 0;
  let before = 0;
  for (const { length, symbol } of order) {
    code *= 2 ** (length - before);
    before = length;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const way = (code >>> bit) & 1;
      const known = nodes[node] as [number, number];
      if (known[way] === 0) known[way] = nodes.push([0, 0]) - 1;
      node = known[way] as number;
    }
    (nodes[node] as [number, number])[code & 1] = -symbol - 1;
    code++;
  }
  return Int16Array.from(nodes.flat());
}
