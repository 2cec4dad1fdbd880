/** A turn of the event loop, given away so that long work does not hold up the short work of others. */
import { setImmediate as immediately } from 'node:timers';
import { setImmediate } from 'node:timers/promises';

export async function nextTurn(): Promise<void> {
  await setImmediate();
}

/** Behind whatever else came in this turn. */
export function atTurnsEnd(work: () => void): void {
  immediately(work);
}
