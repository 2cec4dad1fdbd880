import { SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import { SomebodyLooking } from './attention.fixture.js';
import { calmly } from './clock.js';
import { poll } from './poll.js';
import { AskError, type Refusal } from './registry.js';

let clock: SimulatedClock;
let somebody: SomebodyLooking;
let leave: AbortController;
let asked: number;

beforeEach(() => {
  clock = new SimulatedClock();
  somebody = new SomebodyLooking();
  leave = new AbortController();
  asked = 0;
});

function polling(answer: () => Promise<void> = async () => undefined): () => void {
  const ask = (): Promise<void> => {
    asked++;
    return answer();
  };
  return poll({ everyMs: 1000, ask, clock, attention: somebody, signal: leave.signal });
}

const refused = (refusal: Refusal) => (): Promise<void> => Promise.reject(new AskError(refusal, 'no'));

describe('a poll', () => {
  it('asks at once, and then each time', async () => {
    polling();
    await clock.advance(0);
    expect(asked).toBe(1);
    await clock.advance(5000);
    expect(asked).toBe(6);
  });

  it('asks nothing while nobody looks, and at once when somebody does', async () => {
    polling();
    await clock.advance(0);
    somebody.look(false);
    await clock.advance(60_000);
    expect(asked).toBe(1);
    somebody.look(true);
    await clock.advance(0);
    expect(asked).toBe(2);
    expect(somebody.followers).toBe(0);
  });

  it('is over when the page is left', async () => {
    polling();
    await clock.advance(0);
    leave.abort();
    await clock.advance(60_000);
    expect(asked).toBe(1);
  });

  it('hurries when it is told to', async () => {
    const hurry = polling();
    await clock.advance(10);
    hurry();
    await clock.advance(10);
    expect(asked).toBe(2);
  });

  it.each<[Refusal, number]>([
    ['lost', 4],
    ['missing', 4],
    ['forbidden', 1],
    ['unauthenticated', 1],
  ])('that is refused as %s is asked so often: %d', async (refusal, times) => {
    polling(refused(refusal));
    await clock.advance(0);
    await clock.advance(3000);
    expect(asked).toBe(times);
  });

  it('asks seldom for what takes long', async () => {
    polling(() => new Promise((resolve) => clock.after(2000, resolve)));
    await clock.advance(0);
    await clock.advance(21_000);
    expect(asked).toBe(1);
    await clock.advance(2000);
    expect(asked).toBe(2);
  });
});

describe('calmly', () => {
  it('calls at once, and once more for whatever came meanwhile', async () => {
    let calls = 0;
    const call = calmly(clock, 100, () => calls++);
    call();
    call();
    call();
    expect(calls).toBe(1);
    await clock.advance(100);
    expect(calls).toBe(2);
    await clock.advance(1000);
    expect(calls).toBe(2);
    call();
    expect(calls).toBe(3);
  });
});
