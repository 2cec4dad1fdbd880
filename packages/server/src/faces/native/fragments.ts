/**
 * Each instance as a piece of JSON, rendered once: an answer is these pieces joined. An instance never changes, a
 * change makes another one; so a piece is true for as long as its instance is around.
 */
import type { Instance } from '@rollcall/core';
import { read } from './map.js';

/** For someone who asks everything once, the pieces of yesterday are no use: a share of what answers may take. */
export const FRAGMENTS_SHARE = 0.25;

export class Fragments {
  readonly #bytesMax: number;
  /** Two generations: when the young one is full it becomes the old one, and the old one is forgotten. */
  #young = new WeakMap<Instance, Buffer>();
  #old = new WeakMap<Instance, Buffer>();
  #youngBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  of(instance: Instance): Buffer {
    const found = this.#young.get(instance);
    return found ?? this.#keep(instance, this.#old.get(instance) ?? Buffer.from(JSON.stringify(read(instance))));
  }

  #keep(instance: Instance, fragment: Buffer): Buffer {
    if (this.#youngBytes + fragment.length > this.#bytesMax / 2) {
      this.#old = this.#young;
      this.#young = new WeakMap();
      this.#youngBytes = 0;
    }
    this.#young.set(instance, fragment);
    this.#youngBytes += fragment.length;
    return fragment;
  }
}
