/** The chance of this machine. */
import type { Random } from './ports.js';

export const systemRandom: Random = { number: () => Math.random() };
