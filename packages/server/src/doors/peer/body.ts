/** The body of a peer's request: announced, bounded, and bounded together with all others that are being read. */
import type { IncomingMessage } from 'node:http';
import { RollcallError } from '@rollcall/core';
import { PEER_BODY_BYTES_MAX } from '../../shared/peer-protocol.js';
import { BODIES_BYTES_MAX } from './limits.js';

export class Bodies {
  #bytes = 0;

  /** Throws `invalid-request`, `payload-too-large`, `overloaded`, and `aborted` if the sender leaves. */
  async read(request: IncomingMessage): Promise<string> {
    const announced = announcedBy(request);
    if (announced === 0) return '';
    if (this.#bytes + announced > BODIES_BYTES_MAX) {
      throw new RollcallError('overloaded', 'This node is reading more from its peers than it has room for.');
    }
    this.#bytes += announced;
    try {
      return await textOf(request, announced);
    } finally {
      this.#bytes -= announced;
    }
  }
}

/** Every node says how much it is going to send. */
function announcedBy({ headers }: IncomingMessage): number {
  const length = headers['content-length'];
  if (headers['transfer-encoding'] !== undefined) throw new RollcallError('invalid-request', 'A peer says how long its body is.');
  const announced = Number(length ?? 0);
  if (announced > PEER_BODY_BYTES_MAX) {
    throw new RollcallError('payload-too-large', `A peer sends at most ${PEER_BODY_BYTES_MAX} bytes at a time.`);
  }
  return announced;
}

/** Node sees to it that no more comes than was announced. */
function textOf(request: IncomingMessage, announced: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => void pieces.push(piece));
    request.on('end', () => resolve(Buffer.concat(pieces, announced).toString()));
    const left = (): void => reject(new RollcallError('aborted', 'The sender left before its request was whole.'));
    request.on('error', left);
    request.on('close', left);
  });
}
