/** The body of a request that node:http reads, whole, and never more of it than is allowed. */
import type { IncomingMessage } from 'node:http';
import { headerIn } from '../../shared/http-headers.js';
import { aborted, tooLarge } from './exchange.js';
import { OVERRUN_BYTES_MAX, UNWANTED_BODY_BYTES_MAX } from './limits.js';

export function hasBody({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  return headerIn(rawHeaders, 'transfer-encoding') !== undefined || (headerIn(rawHeaders, 'content-length') ?? '0') !== '0';
}

/** Not worth ending a connection for. */
export function isShort({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= UNWANTED_BODY_BYTES_MAX;
}

export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
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
    request.on('error', (error) => reject(aborted(error)));
  });
}
