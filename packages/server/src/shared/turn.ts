/** A turn of the event loop, given away so that long work does not hold up the short work of others. */
import { setImmediate } from 'node:timers/promises';

export async function nextTurn(): Promise<void> {
  await setImmediate();
}
