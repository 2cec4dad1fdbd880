/** Each instance as a piece of JSON, rendered once: an answer is these pieces joined. */
import type { Instance } from '@rollcall/core';
import { KeptPieces } from '../../shared/kept-pieces.js';
import { read } from './map.js';

/** For someone who asks everything once, the pieces of yesterday are no use: a share of what answers may take. */
export const FRAGMENTS_SHARE = 0.25;

export class Fragments extends KeptPieces<Instance, Buffer> {
  constructor(bytesMax: number) {
    super(
      bytesMax,
      (instance) => Buffer.from(JSON.stringify(read(instance))),
      ({ length }) => length,
    );
  }
}
