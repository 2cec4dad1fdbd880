import { SeededRandom } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

const always = (number: number): { number: () => number } => ({ number: () => number });

describe('waiting before connecting again', () => {
  it.each([
    [{ times: 1 }, 250, 500],
    [{ times: 2 }, 500, 1000],
    [{ times: 3, retryMs: 2000 }, 4000, 8000],
    [{ times: 1, retryMs: 4000 }, 2000, 4000],
    [{ times: 99 }, 15_000, 30_000],
    [{ times: 1, retryMs: 0 }, 1, 1],
    [{ times: 1, retryAfterMs: 3000 }, 3000, 3750],
    [{ times: 9, retryAfterMs: null }, 15_000, 30_000],
  ])('%j takes from %d to %d ms', (failure, least, most) => {
    expect([backoffMs(failure, always(0)), backoffMs(failure, always(1))]).toEqual([least, most]);
  });

  it('is bounded, and never before the registry wants it', () => {
    const failures = fc.record({ times: fc.integer({ min: 1, max: 1e6 }), retryMs: fc.nat(1e9), retryAfterMs: fc.nat(3e5) });
    fc.assert(
      fc.property(failures, fc.integer(), (failure, seed) => {
        const waitMs = backoffMs(failure, new SeededRandom(seed));
        expect(waitMs).toBeGreaterThanOrEqual(failure.retryAfterMs);
        expect(waitMs).toBeLessThanOrEqual(Math.max(30_000, failure.retryAfterMs * 1.25 + 1));
      }),
    );
  });
});
