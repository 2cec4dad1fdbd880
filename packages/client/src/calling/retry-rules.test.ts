import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIdempotent, mayTryAgain, retryWaitMs, usualRetries, type Again, type TryEnd } from './retry-rules.js';

const get = { isIdempotent: true, isReplayable: true };
const post = { isIdempotent: false, isReplayable: true };
const stream = { isIdempotent: true, isReplayable: false };

describe('what may be tried again', () => {
  it.each<[string, TryEnd, Again, Again, Again]>([
    ['a refused connection', { kind: 'refused', sent: false }, 'free', 'free', 'free'],
    ['a connection that took too long', { kind: 'timeout', sent: false }, 'budgeted', 'budgeted', 'budgeted'],
    ['a connection that broke before anything was sent', { kind: 'reset', sent: false }, 'budgeted', 'budgeted', 'budgeted'],
    ['no answer', { kind: 'timeout', sent: true }, 'budgeted', 'no', 'no'],
    ['a connection that broke', { kind: 'reset', sent: true }, 'budgeted', 'no', 'no'],
    ['503', { kind: 'answered', status: 503, sent: true }, 'budgeted', 'no', 'no'],
    ['502', { kind: 'answered', status: 502, sent: true }, 'budgeted', 'no', 'no'],
    ['500', { kind: 'answered', status: 500, sent: true }, 'no', 'no', 'no'],
    ['200', { kind: 'answered', status: 200, sent: true }, 'no', 'no', 'no'],
    ['429', { kind: 'answered', status: 429, sent: true }, 'no', 'no', 'no'],
    ['429 that says when', { kind: 'answered', status: 429, sent: true, retryAfterMs: 1000 }, 'budgeted', 'no', 'no'],
  ])('%s', (_what, end, ofGet, ofPost, ofStream) => {
    expect([get, post, stream].map((nature) => mayTryAgain(end, nature, usualRetries))).toEqual([ofGet, ofPost, ofStream]);
  });

  it('never doubles what must not be doubled', () => {
    const ends = fc.record({
      kind: fc.constantFrom('answered', 'refused', 'timeout', 'reset'),
      status: fc.integer({ min: 100, max: 599 }),
      sent: fc.constant(true),
      retryAfterMs: fc.option(fc.nat(9000), { nil: undefined }),
    });
    fc.assert(fc.property(ends, (end) => mayTryAgain(end, post, usualRetries) === 'no'));
  });

  it.each([
    ['GET', false, true],
    ['get', false, true],
    ['PUT', false, true],
    ['DELETE', false, true],
    ['POST', false, false],
    ['PATCH', false, false],
    ['POST', true, true],
  ])('%s with a key: %s', (method, hasKey, expected) => {
    expect(isIdempotent(method, hasKey)).toBe(expected);
  });
});

describe('the wait before a retry', () => {
  it.each<[TryEnd, number, number, number]>([
    [{ kind: 'refused', sent: false }, 1, 0, 0],
    [{ kind: 'reset', sent: true }, 2, 0, 0],
    [{ kind: 'answered', status: 503, sent: true }, 1, 12.5, 25],
    [{ kind: 'answered', status: 503, sent: true }, 3, 50, 100],
    [{ kind: 'answered', status: 503, sent: true }, 99, 500, 1000],
  ])('%j, %d', (end, retry, least, most) => {
    expect([0, 1].map((number) => retryWaitMs(end, retry, usualRetries, { number: () => number }))).toEqual([least, most]);
  });
});
