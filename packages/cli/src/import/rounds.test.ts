import { SimulatedClock } from '@rollcall/conformance';
import { expect, it } from 'vitest';
import { Rounds } from './rounds.js';

it('reads again when something rang, rests meanwhile, and looks by itself now and then', async () => {
  const clock = new SimulatedClock();
  const stop = new AbortController();
  let reads = 0;
  let takesMs = 0;
  const read = async (): Promise<void> => {
    reads++;
    if (takesMs > 0) await new Promise<void>((resolve) => void clock.after(takesMs, resolve));
  };
  const rounds = new Rounds({ clock, signal: stop.signal, read });
  const running = rounds.run();
  await clock.advance(10);
  expect(reads).toBe(1);
  for (let ring = 0; ring < 5; ring++) rounds.ring();
  await clock.advance(500);
  expect(reads).toBe(1);
  takesMs = 2000;
  await clock.advance(600);
  expect(reads).toBe(2);
  rounds.ring();
  await clock.advance(9000);
  expect(reads).toBe(2);
  takesMs = 0;
  await clock.advance(1000);
  expect(reads).toBe(3);
  await clock.advance(50_000);
  expect(reads).toBe(3);
  await clock.advance(20_000);
  expect(reads).toBe(4);
  stop.abort();
  await running;
});

it('asks again soon where nobody answered', async () => {
  const clock = new SimulatedClock();
  const stop = new AbortController();
  let reads = 0;
  const running = new Rounds({
    clock,
    signal: stop.signal,
    read: () => (++reads < 3 ? Promise.reject(new Error('away')) : Promise.resolve()),
  }).run();
  await clock.advance(1);
  await clock.advance(5000);
  expect(reads).toBe(3);
  stop.abort();
  await running;
});
