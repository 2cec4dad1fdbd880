import { expect, it } from 'vitest';
import { counted, lasting } from './wording.js';

it.each([
  [0, 'no probes'],
  [1, 'one probe'],
  [2, 'two probes'],
  [11, '11 probes'],
])('%i of them', (count, text) => expect(counted(count, 'probe')).toBe(text));

it.each([
  [0, '0s'],
  [12.4, '12ms'],
  [1_499, '1s'],
  [90_600, '91s'],
  [863_000, '14m'],
  [100_000_000, '28h'],
])('%f ms', (ms, text) => expect(lasting(ms)).toBe(text));
