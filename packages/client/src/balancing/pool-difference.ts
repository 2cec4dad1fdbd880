/** What is new between two lists of the same service. Where little has changed, little is looked at. */
import type { Instance } from '../shapes.js';

/** Told of every difference, in any order; those who left come before those who joined under the same id. */
export interface DifferenceListener {
  joined(instance: Instance): void;
  /** The same id; not the same object. */
  changed(instance: Instance): void;
  left(instance: Instance): void;
}

/** Lists as a live view has them: who did not change is the same object, mostly at the same place or a few places beside it. */
export function tellDifference(before: readonly Instance[], after: readonly Instance[], listener: DifferenceListener): void {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start++;
  let [beforeEnd, afterEnd] = [before.length, after.length];
  while (beforeEnd > start && afterEnd > start && before[beforeEnd - 1] === after[afterEnd - 1]) {
    beforeEnd--;
    afterEnd--;
  }
  tellMiddle(before.slice(start, beforeEnd), after.slice(start, afterEnd), listener);
}

/** Between the first difference and the last one. */
function tellMiddle(before: readonly Instance[], after: readonly Instance[], { joined, changed, left }: DifferenceListener): void {
  const inBefore = new Map<string, Instance>();
  // Who stands at the same place as the same object is nobody's business.
  const aligned = before.length === after.length;
  before.forEach((instance, at) => {
    if (!aligned || after[at] !== instance) inBefore.set(instance.id, instance);
  });
  const arrivals: Instance[] = [];
  after.forEach((instance, at) => {
    if (aligned && before[at] === instance) return;
    const known = inBefore.get(instance.id);
    inBefore.delete(instance.id);
    if (known === undefined) arrivals.push(instance);
    else if (known !== instance) changed(instance);
  });
  for (const instance of inBefore.values()) left(instance);
  for (const instance of arrivals) joined(instance);
}
