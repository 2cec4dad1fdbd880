import { SimulatedClock } from '@rollcall/conformance';
import { expect, it } from 'vitest';
import { LoopDelay } from './loop-delay.js';
import { Metrics } from './metrics.js';

it('tells a queue from a pause', async () => {
  const clock = new SimulatedClock();
  const metrics = new Metrics();
  const delay = new LoopDelay(clock, metrics);
  delay.start();
  await clock.advance(2000);
  expect(delay.standingMs).toBe(0);
  await clock.sleep(5000);
  expect(delay.standingMs).toBe(0);
  for (let sample = 0; sample < 4; sample++) await clock.sleep(650);
  expect(delay.standingMs).toBe(400);
  await clock.advance(250);
  expect(delay.standingMs).toBe(0);
  expect(metrics.render()).toContain('rollcall_event_loop_delay_seconds_bucket{le="0.5"} 13');
  expect(metrics.render()).toContain('rollcall_event_loop_delay_seconds_count 14');
  delay.close();
  await clock.sleep(10_000);
  expect(metrics.render()).toContain('rollcall_event_loop_delay_seconds_count 14');
});
