import { describe, expect, it } from 'vitest';
import type { Outcome } from './outcome.js';
import { outcomeOfAnswer, outcomeOfError } from './outcome-of.js';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe('an answer', () => {
  it.each<[string, unknown, Outcome]>([
    ['with a good status', new Response('', { status: 201 }), { kind: 'answered', status: 201 }],
    ['that speaks against the caller', { status: 404 }, { kind: 'answered', status: 404 }],
    ['that speaks against the instance', { statusCode: 503 }, { kind: 'failed', status: 503 }],
    ['of an instance that cannot do this, and never will', { status: 501 }, { kind: 'answered', status: 501 }],
    ['without a status', 'fine', { kind: 'answered' }],
    ['of nothing', undefined, { kind: 'answered' }],
    ['with a status of its own kind', { status: 'open' }, { kind: 'answered' }],
    ['with a number that is no status', { status: 7 }, { kind: 'answered' }],
  ])('%s', (_, answer, outcome) => {
    expect(outcomeOfAnswer(answer)).toEqual(outcome);
  });
});

describe('an error', () => {
  it.each<[string, unknown, Outcome]>([
    ['no connection', coded('ECONNREFUSED'), { kind: 'refused' }],
    ['no connection, as fetch says it', new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), { kind: 'refused' }],
    [
      'no connection to any address',
      new TypeError('fetch failed', { cause: new AggregateError([coded('ECONNREFUSED'), coded('EHOSTUNREACH')]) }),
      { kind: 'refused' },
    ],
    ['no such name', coded('ENOTFOUND'), { kind: 'refused' }],
    ['no answer in time', new DOMException('late', 'TimeoutError'), { kind: 'timeout' }],
    ['no head in time', new TypeError('fetch failed', { cause: coded('UND_ERR_HEADERS_TIMEOUT') }), { kind: 'timeout' }],
    ['a broken connection', coded('ECONNRESET'), { kind: 'reset' }],
    ['an answer that was thrown', Object.assign(new Error('503'), { response: { status: 503 } }), { kind: 'failed', status: 503 }],
    [
      'an answer that was thrown, of the caller’s fault',
      Object.assign(new Error('400'), { status: 400 }),
      { kind: 'answered', status: 400 },
    ],
    ['lost interest', new DOMException('no', 'AbortError'), { kind: 'abandoned' }],
    ['a mistake of the caller’s own', new RangeError('oops'), { kind: 'abandoned' }],
    ['no error at all', 'nonsense', { kind: 'abandoned' }],
    ['nothing', undefined, { kind: 'abandoned' }],
  ])('%s', (_, error, outcome) => {
    expect(outcomeOfError(error)).toEqual(outcome);
  });

  it('that is its own cause ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(outcomeOfError(error)).toEqual({ kind: 'abandoned' });
  });
});
