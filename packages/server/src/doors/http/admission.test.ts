import { SeededRandom } from '@rollcall/conformance';
import { lanes, noMeter, type Meter } from '@rollcall/core';
import { expect, it } from 'vitest';
import { Admission, retryAfterSeconds } from './admission.js';

it('lets everybody in while there is nothing to wait for, and the most important ones longest', () => {
  const sent: (string | undefined)[] = [];
  const meter: Meter = { ...noMeter, counter: (_metric, labels) => ({ add: () => void sent.push(labels?.['lane']) }) };
  let load = { loopDelayMs: 0, commitsWaiting: 0 };
  const admission = new Admission({ load: () => load, random: new SeededRandom(1), meter });
  const shed = (): readonly string[] => lanes.filter((lane) => admission.refusal(lane) !== null);
  expect(shed()).toEqual([]);
  load = { loopDelayMs: 900, commitsWaiting: 0 };
  expect(shed()).toEqual(expect.arrayContaining(['watch', 'read']));
  expect(shed()).not.toContain('heartbeat');
  load = { loopDelayMs: 10_000, commitsWaiting: 0 };
  expect(shed()).toEqual(lanes);
  expect(admission.refusal('read')).toMatchObject({ code: 'overloaded', retryable: true });
  expect(sent.filter((lane) => lane === 'read').length).toBeGreaterThanOrEqual(4);
});

it('sends people back at different times', () => {
  const random = new SeededRandom(1);
  const seconds = new Set(Array.from({ length: 100 }, () => retryAfterSeconds(random)));
  expect(seconds).toEqual(new Set([1, 2, 3]));
  expect(new Admission({ load: () => ({ loopDelayMs: 0, commitsWaiting: 1 }), random, meter: noMeter }).refusal('register')).toBeNull();
});
