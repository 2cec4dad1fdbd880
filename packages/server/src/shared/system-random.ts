/** The chance of this machine. */
import { randomBytes } from 'node:crypto';
import type { Random } from '@rollcall/core';

export const systemRandom: Random = {
  number: () => Math.random(),
  bytes: (length) => randomBytes(length),
};
