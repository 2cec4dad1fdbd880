/** The body of an answer, read whole and bounded. */

/** Ten times what a service of a hundred thousand instances takes: more is no answer of a registry. */
const BODY_BYTES_MAX: number = 512 * 1024 * 1024;

/** Throws a `RangeError` when it is larger than any answer is. */
export async function readBody(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) throw new RangeError(`The answer is longer than ${BODY_BYTES_MAX} bytes.`);
  }
  return Buffer.concat(pieces).toString();
}

/** `undefined` for what is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
