/** The body of a request, whole, and never more of it than is allowed. */
import type { IncomingMessage } from 'node:http';
import { RollcallError } from '@rollcall/core';
import { headerIn } from '../../shared/http-headers.js';
import { OVERRUN_BYTES_MAX, UNWANTED_BODY_BYTES_MAX } from './limits.js';

const NOTHING: Buffer = Buffer.alloc(0);

/** Known from the head alone, so that a heartbeat needs not wait for the end of nothing. */
export function hasBody({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  return headerIn(rawHeaders, 'transfer-encoding') !== undefined || (headerIn(rawHeaders, 'content-length') ?? '0') !== '0';
}

/** Not worth ending a connection for. */
export function isShort({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= UNWANTED_BODY_BYTES_MAX;
}

/** Throws `payload-too-large`, and `aborted` if the sender leaves. What is far too large is not read to its end. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (!hasBody(request)) return Promise.resolve(NOTHING);
  const announced = Number(headerIn(request.rawHeaders, 'content-length') ?? 0);
  if (announced > bytesMax + OVERRUN_BYTES_MAX) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= bytesMax) return void pieces.push(piece);
      pieces.length = 0;
      if (bytes <= bytesMax + OVERRUN_BYTES_MAX) return;
      request.pause();
      reject(tooLarge(bytesMax));
    });
    request.on('end', () => {
      if (bytes > bytesMax) reject(tooLarge(bytesMax));
      else resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, bytes));
    });
    request.on('error', (error) =>
      reject(new RollcallError('aborted', 'The sender left before its request was whole.', {}, { cause: error })),
    );
  });
}

function tooLarge(bytesMax: number): RollcallError {
  const text = bytesMax % (1024 * 1024) === 0 ? `${bytesMax / (1024 * 1024)} MiB` : `${bytesMax} bytes`;
  return new RollcallError('payload-too-large', `The body is larger than ${text}.`);
}
