/** A message that came compressed, as it was. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GrpcFailure } from '../../shared/grpc-face.js';

const unzip = promisify(gunzip) as (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

/** Off the loop. Throws a `GrpcFailure` for another encoding, and rejects with one for what is none or has no room. */
export function decompressed(bytes: Buffer, encoding: string | undefined, bytesMax: number): Promise<Buffer> {
  if (encoding !== 'gzip') {
    throw new GrpcFailure('UNIMPLEMENTED', `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(encoding ?? '')}`);
  }
  return unzip(bytes, { maxOutputLength: bytesMax }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new GrpcFailure('RESOURCE_EXHAUSTED', `grpc: received message after decompression larger than max (${bytesMax})`);
    }
    throw new GrpcFailure('INTERNAL', 'grpc: failed to decompress the received message');
  });
}
