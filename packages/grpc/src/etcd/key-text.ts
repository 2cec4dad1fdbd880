/** Keys and values of an etcd as text, and the range of keys that begin alike. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The end of the keys that begin with a text. It ends in a character below 127, here in a slash. */
export function endOf(prefix: string): Uint8Array {
  const bytes = encoder.encode(prefix);
  return Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte + 1 : byte));
}
