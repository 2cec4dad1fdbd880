import { SimulatedClock } from '@rollcall/conformance';
import type { Log } from '@rollcall/core';
import { expect, it } from 'vitest';
import { Seldom } from './seldom.js';

it('a line that would come very often comes seldom, and says how often it would have; others are not kept by it', async () => {
  const lines: object[] = [];
  const log: Log = { info: () => undefined, warn: (message, fields) => void lines.push({ message, ...fields }), error: () => undefined };
  const clock = new SimulatedClock();
  const seldom = new Seldom(log, clock, 1000);
  for (const from of ['a', 'b', 'c']) seldom.warn('turned away', { from });
  seldom.warn('something else', {});
  await clock.advance(1000);
  seldom.warn('turned away', { from: 'd' });
  expect(lines).toEqual([
    { message: 'turned away', from: 'a' },
    { message: 'something else' },
    { message: 'turned away', from: 'd', timesNotSaid: 2 },
  ]);
});
