import { SeededRandom } from '@rollcall/conformance';
import { expect, it } from 'vitest';
import { retryAfterSeconds } from './retry-after.js';

it('sends people back at different times', () => {
  const random = new SeededRandom(1);
  expect(new Set(Array.from({ length: 100 }, () => retryAfterSeconds(random)))).toEqual(new Set([1, 2, 3]));
});
