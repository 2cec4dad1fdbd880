/** Bodies that come compressed: servers may be told to send theirs to each other so. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { refused } from './read-document.js';

const unzip = promisify(gunzip) as (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

/** Throws `invalid-request`. */
export async function unpacked(body: Buffer, bytesMax: number): Promise<Buffer> {
  try {
    return await unzip(body, { maxOutputLength: bytesMax });
  } catch {
    throw refused(`cannot unpack request body: allowed is gzip of at most ${bytesMax} bytes`);
  }
}
