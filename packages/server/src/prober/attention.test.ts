import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { Attention } from './attention.js';

describe('attention', () => {
  it('is over in time where nothing was missed', async () => {
    const clock = new SimulatedClock();
    let overMs: number | null = null;
    new Attention(clock).after(1_000, () => (overMs = clock.monotonicMs()));
    await clock.advance(3_000);
    expect(overMs).toBe(1_000);
  });

  it('leaves out what was missed, and lets answers that came meanwhile be heard first', async () => {
    const clock = new SimulatedClock();
    const attention = new Attention(clock);
    await clock.advance(40);
    let overMs: number | null = null;
    attention.after(1_000, () => (overMs = clock.monotonicMs()));
    await clock.advance(300);
    await clock.sleep(5_000);
    expect(overMs).toBeNull();
    await clock.advance(500);
    expect(overMs).toBeNull();
    await clock.advance(300);
    expect(overMs).not.toBeNull();
  });

  it('is not over for whoever asked no more', async () => {
    const clock = new SimulatedClock();
    const attention = new Attention(clock);
    let isOver = false;
    const cancel = attention.after(1_000, () => (isOver = true));
    await clock.advance(900);
    await clock.sleep(2_000);
    cancel();
    await clock.advance(5_000);
    expect(isOver).toBe(false);
  });
});
