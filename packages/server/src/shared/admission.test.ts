import { SeededRandom } from '@rollcall/conformance';
import { lanes, noMeter, type Meter } from '@rollcall/core';
import { expect, it } from 'vitest';
import { Admission } from './admission.js';

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
