/** What is new between two lists of the same service. Where little has changed, little is done: the rest is a glance each. */
import type { Instance } from '../shapes.js';

/** Told of every difference; those who left come before those who joined. */
export interface DifferenceListener {
  joined(instance: Instance): void;
  /** The same id; not the same object. */
  changed(instance: Instance): void;
  left(instance: Instance): void;
}

/** Where the lists run apart, they are tried to be brought together again by so many steps on either side. */
const STEPS_ASIDE_MAX = 4;

/** Lists as a live view has them: who did not change is the same object, and mostly in the same order. Any other order is right too, but costs more. */
export function tellDifference(before: readonly Instance[], after: readonly Instance[], listener: DifferenceListener): void {
  const apart = tellMeetings(before, after, listener);
  const left = new Map(apart.before.map((instance) => [instance.id, instance] as const));
  const joined = apart.after.filter((instance) => {
    const known = left.get(instance.id);
    if (known === undefined) return true;
    left.delete(instance.id);
    if (known !== instance) listener.changed(instance);
    return false;
  });
  for (const instance of left.values()) listener.left(instance);
  for (const instance of joined) listener.joined(instance);
}

interface Apart {
  readonly before: Instance[];
  readonly after: Instance[];
}

/** Walks both lists together; answers who met nobody on the way. */
function tellMeetings(before: readonly Instance[], after: readonly Instance[], { changed }: DifferenceListener): Apart {
  const apart: Apart = { before: [], after: [] };
  let [old, now] = [0, 0];
  while (old < before.length && now < after.length) {
    const [was, is] = [before[old] as Instance, after[now] as Instance];
    if (was !== is && was.id !== is.id) {
      const [oldAside, nowAside] = stepsAside(before, old, after, now);
      for (let steps = 0; steps < oldAside; steps++) apart.before.push(before[old++] as Instance);
      for (let steps = 0; steps < nowAside; steps++) apart.after.push(after[now++] as Instance);
      continue;
    }
    if (was !== is) changed(is);
    old++;
    now++;
  }
  for (; old < before.length; old++) apart.before.push(before[old] as Instance);
  for (; now < after.length; now++) apart.after.push(after[now] as Instance);
  return apart;
}

/** How far to go on in either list until both show the same one again; one step in both, if that is not near. */
function stepsAside(before: readonly Instance[], old: number, after: readonly Instance[], now: number): readonly [number, number] {
  for (let steps = 1; steps <= STEPS_ASIDE_MAX; steps++) {
    if (before[old + steps] === after[now]) return [steps, 0];
    if (after[now + steps] === before[old]) return [0, steps];
  }
  return [1, 1];
}
