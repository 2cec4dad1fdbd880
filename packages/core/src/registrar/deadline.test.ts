import { SimulatedClock } from '@rollcall/conformance';
import { expect, it } from 'vitest';
import { Deadlines } from './deadline.js';

const never = new Promise<never>(() => undefined);
const codeOf = (error: unknown): string => (error as { readonly code: string }).code;

it('lets through what is in time, and tells whoever is late', async () => {
  const clock = new SimulatedClock();
  const deadlines = new Deadlines(clock, 5000);
  const told: string[] = [];
  const wait = (name: string, answer: Promise<string>): void => {
    void deadlines
      .within((deadline) => deadline.wait(answer))
      .then(
        (found) => told.push(`${name} ${found}`),
        (error: unknown) => told.push(`${name} ${codeOf(error)}`),
      );
  };
  wait('first', never);
  wait('quick', Promise.resolve('done'));
  await clock.advance(3000);
  wait('second', never);
  expect(told).toEqual(['quick done']);
  await clock.advance(1999);
  expect(told).toHaveLength(1);
  await clock.advance(1);
  expect(told).toEqual(['quick done', 'first outcome-unknown']);
  await clock.advance(3000);
  expect(told).toEqual(['quick done', 'first outcome-unknown', 'second outcome-unknown']);
});

it('is over for all that follows it', async () => {
  const clock = new SimulatedClock();
  const work = new Deadlines(clock, 5000).within(async (deadline) => {
    await deadline.wait(never).catch(() => undefined);
    expect(() => deadline.check()).toThrow('did not answer in time');
    return deadline.wait(never);
  });
  const outcome = work.catch(codeOf);
  await clock.advance(5000);
  expect(await outcome).toBe('outcome-unknown');
});

it('begins anew after nobody has waited for long', async () => {
  const clock = new SimulatedClock();
  const deadlines = new Deadlines(clock, 5000);
  await deadlines.within(() => Promise.resolve());
  await clock.advance(60_000);
  const late = deadlines.within((deadline) => deadline.wait(never)).catch(codeOf);
  await clock.advance(5000);
  expect(await late).toBe('outcome-unknown');
});
