/** Ids as Consul makes them: sixteen bytes of chance, in the form of a UUID. */

/** Of sixteen bytes. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

export const UUID_BYTES = 16;
