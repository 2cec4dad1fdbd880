/**
 * The checksum of two stretches of bytes put together, from theirs (as zlib's `crc32_combine` does it): so that a gzip stream
 * can be put together from pieces that were compressed, and summed up, each for itself.
 */

/** CRC-32 as gzip has it, with its bits reversed. */
const POLYNOMIAL = 0xedb8_8320;

/** x to the power of 2 to the power of n, modulo the polynomial. */
const squares: readonly number[] = (() => {
  const table = [1 << 30];
  while (table.length < 32) table.push(multiplied(table.at(-1) as number, table.at(-1) as number));
  return table;
})();

/** The law: `combinedCrc32(crc32(a), crc32(b), b.length)` is `crc32(a + b)`. */
export function combinedCrc32(first: number, second: number, secondBytes: number): number {
  return (multiplied(shiftOf(secondBytes), first) ^ second) >>> 0;
}

/** What appending so many bytes does to a checksum: x to the power of eight times their number. */
function shiftOf(bytes: number): number {
  let power = 1 << 31;
  let at = 3;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = multiplied(squares[at & 31] as number, power);
    at++;
  }
  return power;
}

/** Of two polynomials, modulo the one above. */
function multiplied(one: number, other: number): number {
  let product = 0;
  let factor = other;
  for (let bit = 1 << 31; bit !== 0; bit >>>= 1) {
    if ((one & bit) !== 0) {
      product ^= factor;
      if ((one & (bit - 1)) === 0) break;
    }
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ POLYNOMIAL;
  }
  return product;
}
