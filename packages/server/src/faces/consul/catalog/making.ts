/** Work that is done in steps, so that it can be done at once or, where there is much of it, in slices between which others have their turn. */
import type { Clock } from '@rollcall/core';
import { Slices } from '../../../shared/slice.js';

/** Between two yields stands a step: short, and what was read before one may have changed after it. */
export type Making<Made> = Generator<undefined, Made, undefined>;

const STEPS_PER_SLICE = 4096;

export function atOnce<Made>(making: Making<Made>): Made {
  for (;;) {
    const step = making.next();
    if (step.done === true) return step.value;
  }
}

export async function inSlices<Made>(making: Making<Made>, clock: Clock): Promise<Made> {
  const slices = new Slices(clock, STEPS_PER_SLICE);
  for (;;) {
    const step = making.next();
    if (step.done === true) return step.value;
    if (slices.isOver()) await slices.next();
  }
}

/** As many as are sorted, or put together, in a step. */
const PER_STEP = 256;

/** The law: as `toSorted` has it, those that are equal included. */
export function* sorted<Item>(items: readonly Item[], compare: (one: Item, other: Item) => number): Making<readonly Item[]> {
  let runs: (readonly Item[])[] = [];
  for (let from = 0; from < items.length; from += PER_STEP) {
    runs.push(items.slice(from, from + PER_STEP).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly Item[])[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [one, other] = [runs[at] as readonly Item[], runs[at + 1]];
      merged.push(other === undefined ? one : yield* both(one, other, compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* both<Item>(one: readonly Item[], other: readonly Item[], compare: (one: Item, other: Item) => number): Making<readonly Item[]> {
  const merged: Item[] = [];
  let [left, right] = [0, 0];
  while (left < one.length || right < other.length) {
    const [first, second] = [one[left] as Item, other[right] as Item];
    const isLeft = right >= other.length || (left < one.length && compare(first, second) <= 0);
    merged.push(isLeft ? first : second);
    if (isLeft) left++;
    else right++;
    if (merged.length % PER_STEP === 0) yield;
  }
  return merged;
}

/** Texts with commas between them, as the bytes of a list or a table. */
export class Pile {
  readonly #open: string;
  readonly #close: string;
  readonly #done: Buffer[] = [];
  #texts: string[] = [];

  constructor(open: '[' | '{') {
    this.#open = open;
    this.#close = open === '[' ? ']' : '}';
  }

  add(text: string): void {
    this.#texts.push(text);
    if (this.#texts.length === PER_STEP) this.#put();
  }

  bytes(): Buffer {
    this.#put();
    return Buffer.concat([Buffer.from(this.#open), ...this.#done, Buffer.from(this.#close)]);
  }

  #put(): void {
    if (this.#texts.length === 0) return;
    this.#done.push(Buffer.from(`${this.#done.length === 0 ? '' : ','}${this.#texts.join(',')}`));
    this.#texts = [];
  }
}
