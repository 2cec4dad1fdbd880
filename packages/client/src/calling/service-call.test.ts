import { describe, expect, it } from 'vitest';
import { instancesOf } from '../balancing/instances.fixture.js';
import type { CallingOptions } from './call-rules.js';
import { setting } from './service-call.fixture.js';

describe('a call of a service', () => {
  it('is answered by the first one, and leaves nothing behind', async () => {
    const { clock, call, answers, caller, service, told } = setting();
    const { seen } = call([answers(200, 5)]);
    await clock.advance(5);
    expect(seen).toMatchObject({ tries: ['i0@0'], result: '200 from i0' });
    expect([caller.calls, service.pool.outstanding]).toEqual([0, 0]);
    expect(told).toMatchObject([{ service: 'payments', method: 'GET', id: 'i0', outcome: 'answered', status: 200, tookMs: 5 }]);
  });

  it.each([true, false])('goes on to the next one when a connection is refused (idempotent: %s)', async (idempotent) => {
    const { clock, call, answers, refuses, ejected } = setting();
    const { seen } = call([refuses, refuses, answers(200)], {}, { idempotent });
    await clock.advance(10);
    expect([seen.tries, seen.result]).toEqual([['i0@0', 'i1@1', 'i2@2'], '200 from i2']);
    expect(ejected).toEqual(['i0 refused', 'i1 refused']);
  });

  it('says so when all refuse, whom it tried, and that nothing was done', async () => {
    const { clock, call, refuses, service } = setting({ size: 2 });
    const { seen } = call([refuses]);
    await clock.advance(10);
    expect(seen.tries).toEqual(['i0@0', 'i1@1']);
    expect(seen.error).toMatchObject({
      reason: 'refused',
      outcome: 'refused',
      tried: [{ id: 'i0', because: 'ECONNREFUSED' }, { id: 'i1' }],
    });
    expect(seen.error?.message).toBe(
      'payments could not be called: nobody took the connection (2 ms). Tried: i0 (i0.test:8080) refused the connection after 1 ms: ECONNREFUSED; i1 (i1.test:8080) refused the connection after 1 ms: ECONNREFUSED.',
    );
    expect(service.pool.outstanding).toBe(0);
  });

  it('knows a service without instances from a registry that was never heard', async () => {
    const nobody = setting({ size: 0 });
    expect(nobody.call([]).seen.result).toBe('no-instance');
    const unheard = setting({ known: false });
    const { seen } = unheard.call([]);
    await unheard.clock.advance(4999);
    expect(seen.result).toBe('nothing yet');
    await unheard.clock.advance(1);
    expect(seen.result).toBe('registry-unheard');
    const late = setting({ known: false });
    const second = late.call([late.answers(200)]);
    late.service.live.set(instancesOf(1));
    await late.clock.advance(0);
    await late.clock.advance(10);
    expect(second.seen.result).toBe('200 from i0');
  });

  it.each([
    ['POST', { idempotent: false }, ['i0@0'], 'reset'],
    ['GET', {}, ['i0@0', 'i1@1'], '200 from i1'],
    ['PUT of a stream', { replayable: false }, ['i0@0'], 'reset'],
  ])('repeats a broken %s only if that is safe', async (_what, nature, tries, result) => {
    const { clock, call, answers, breaks } = setting();
    const { seen } = call([breaks('ECONNRESET', true), answers(200)], {}, nature);
    await clock.advance(10);
    expect(seen).toMatchObject({ tries, result });
  });

  it('gives a try its time, and the call its own', async () => {
    const { clock, call, hangs, answers } = setting({ options: { tryMs: 100, deadlineMs: 250 } });
    const { seen } = call([hangs, answers(200)]);
    await clock.advance(100);
    expect(seen).toMatchObject({ tries: ['i0@0', 'i1@100'], cancelled: ['i0'], result: '200 from i1' });
    const all = call([hangs]);
    await clock.advance(250);
    expect(all.seen.tries).toEqual(['i2@100', 'i0@200', 'i1@300']);
    expect(all.seen.error).toMatchObject({ reason: 'timeout', outcome: 'unknown', tookMs: 250 });
  });

  it('tries as often as it may', async () => {
    const { clock, call, breaks } = setting({ size: 9, options: { retries: { retriesMax: 3 } } });
    const { seen } = call([breaks('ECONNRESET', true)]);
    await clock.advance(10);
    expect([seen.tries.length, seen.result]).toEqual([4, 'reset']);
    const once = call([breaks('ECONNRESET', true)], { retriesMax: 0 });
    await clock.advance(10);
    expect(once.seen.tries).toHaveLength(1);
  });

  it('has a budget for it', async () => {
    const { clock, call, breaks } = setting({ size: 9, options: { budget: { share: 0, floorPerSecond: 0.3 } } });
    const tries: number[] = [];
    for (let time = 0; time < 3; time++) {
      const { seen } = call([breaks('ECONNRESET', true)]);
      await clock.advance(10);
      tries.push(seen.tries.length);
    }
    expect(tries).toEqual([3, 2, 1]);
  });

  it('passes on what is no use to try again', async () => {
    const { clock, call, breaks } = setting();
    const { seen } = call([breaks('UND_ERR_INVALID_ARG', false)]);
    await clock.advance(10);
    expect(seen).toMatchObject({ tries: ['i0@0'], result: 'UND_ERR_INVALID_ARG' });
    const thrown = call([
      () => {
        throw new Error('oops');
      },
    ]);
    expect(thrown.seen.result).toBe('oops');
  });

  it('does not blame an instance for what is missing here', async () => {
    const { clock, call, breaks, answers, ejected } = setting();
    const { seen } = call([breaks('EMFILE', false), answers(200)]);
    await clock.advance(10);
    expect([seen.result, ejected]).toEqual(['200 from i1', []]);
  });
});

describe('an answer that is better tried again', () => {
  it('is tried elsewhere, after a while, and its instance has its rest', async () => {
    const { clock, call, answers, ejected } = setting();
    const { seen } = call([answers(503, 0, '3'), answers(200)]);
    await clock.advance(50);
    expect(seen.result).toBe('200 from i1');
    expect(ejected).toEqual(['i0 asked-for']);
    expect(call([answers(200)]).seen.tries).toEqual(['i2@50']);
    expect(call([answers(200)]).seen.tries).toEqual(['i1@50']);
  });

  it.each([
    ['waits where nobody else is left', '1', ['i0@0', 'i0@1000'], '200 from i0'],
    ['is passed on where that is too long', '60', ['i0@0'], '503 from i0'],
  ])('%s', async (_what, retryAfter, tries, result) => {
    const { clock, call, answers } = setting({ size: 1 });
    const { seen } = call([answers(503, 0, retryAfter), answers(200)]);
    await clock.advance(20_000);
    expect([seen.tries, seen.result]).toEqual([tries, result]);
  });

  it('is passed on where it must not be repeated', async () => {
    const { clock, call, answers } = setting();
    const { seen } = call([answers(503)], {}, { idempotent: false });
    await clock.advance(50);
    expect([seen.tries.length, seen.result]).toEqual([1, '503 from i0']);
  });

  it('is passed on when all are like it', async () => {
    const { clock, call, answers, service } = setting();
    const { seen } = call([answers(503)]);
    await clock.advance(500);
    expect([seen.tries.length, seen.result]).toEqual([3, '503 from i2']);
    expect(service.pool.outstanding).toBe(0);
  });
});

describe('hedging', () => {
  const options: CallingOptions = { hedge: { afterMs: 50 } };

  it('tries beside, takes the first answer, and gives the other up', async () => {
    const { clock, call, answers, hangs, told, service } = setting({ options });
    const { seen } = call([hangs, answers(200, 10)]);
    await clock.advance(60);
    expect(seen).toMatchObject({ tries: ['i0@0', 'i1@50'], cancelled: ['i0'], result: '200 from i1' });
    expect(told.map(({ id, outcome, isHedge }) => [id, outcome, isHedge])).toEqual([
      ['i0', 'abandoned', false],
      ['i1', 'answered', true],
    ]);
    expect(service.pool.outstanding).toBe(0);
  });

  it('has the first one win too, and outlives the failure of either', async () => {
    const { clock, call, answers, breaks } = setting({ options });
    const first = call([answers(200, 55), answers(200, 1000)]);
    await clock.advance(60);
    expect(first.seen).toMatchObject({ cancelled: ['i1'], result: '200 from i0' });
    const second = call([answers(200, 80), breaks('ECONNRESET', true)]);
    await clock.advance(80);
    expect(second.seen).toMatchObject({ tries: ['i2@60', 'i0@110'], result: '200 from i2' });
    const bad = call([answers(200, 80), answers(503)]);
    await clock.advance(80);
    expect(bad.seen.result).toMatch(/^200/);
  });

  it('is not done with what must not be doubled, without need, or beyond the budget', async () => {
    const { clock, call, answers } = setting({ options: { ...options, budget: { share: 0, floorPerSecond: 0 } } });
    const calls = [
      call([answers(200, 90)], {}, { idempotent: false }),
      call([answers(200, 90)], {}, { replayable: false }),
      call([answers(200, 90)]),
    ];
    await clock.advance(100);
    expect(calls.map(({ seen }) => seen.tries.length)).toEqual([1, 1, 1]);
  });

  it('learns when from the answers', async () => {
    const { clock, call, answers, hangs } = setting({ options: { hedge: { afterMs: 'p95' } } });
    for (let time = 0; time < 40; time++) {
      call([answers(200, 10)]);
      await clock.advance(10);
    }
    const { seen } = call([hangs, answers(200)]);
    await clock.advance(12);
    expect(seen.tries).toHaveLength(2);
  });
});

describe('giving up', () => {
  it('cancels what goes on, says nothing against the instance, and frees its place', async () => {
    const { clock, call, hangs, caller, service, ejected } = setting({ options: { bulkhead: { callsMax: 1 } } });
    const { seen, abort } = call([hangs]);
    const waiting = call([hangs]);
    expect(waiting.seen.tries).toEqual([]);
    abort(new Error('enough'));
    expect([seen.cancelled, waiting.seen.tries]).toEqual([['i0'], ['i1@0']]);
    waiting.abort(new Error('enough'));
    await clock.advance(60_000);
    expect([caller.calls, service.pool.outstanding, seen.result, ejected]).toEqual([0, 0, 'nothing yet', []]);
  });

  it('because of the time does say something', async () => {
    const { call, hangs, ejected } = setting({ size: 1 });
    for (let time = 0; time < 5; time++) call([hangs]).abort(new DOMException('too late', 'TimeoutError'));
    expect(ejected).toEqual(['i0 failures-in-a-row']);
    await Promise.resolve();
  });
});

describe('too many calls', () => {
  it('wait, in order, for a bounded time; further ones are refused at once', async () => {
    const { clock, call, answers } = setting({ options: { bulkhead: { callsMax: 1, queueMax: 2, queueMs: 100 } } });
    const calls = [50, 500, 5, 5].map((afterMs) => call([answers(200, afterMs)]).seen);
    expect(calls.map(({ result }) => result)).toEqual(['nothing yet', 'nothing yet', 'nothing yet', 'overloaded']);
    await clock.advance(100);
    expect(calls.map(({ result }) => result)).toEqual(['200 from i0', 'nothing yet', 'overloaded', 'overloaded']);
    await clock.advance(1000);
    expect(calls[1]?.result).toBe('200 from i1');
  });

  it('go where there is room, and wait for it', async () => {
    const { clock, call, answers, service } = setting({ size: 2, options: { bulkhead: { instanceCallsMax: 1 } } });
    const calls = [40, 30, 5].map((afterMs) => call([answers(200, afterMs)]).seen);
    await clock.advance(30);
    expect(calls.map(({ tries }) => tries)).toEqual([['i0@0'], ['i1@0'], ['i1@30']]);
    await clock.advance(1000);
    expect([calls.every(({ result }) => result.startsWith('200')), service.pool.outstanding]).toEqual([true, 0]);
  });
});

describe('the deadline', () => {
  it('is told to the instance, by the header that one names', async () => {
    const { clock, call, refuses } = setting({ options: { deadlineHeader: 'x-left-ms', deadlineMs: 2000 } });
    const headers: unknown[] = [];
    call([
      (attempt) => {
        headers.push(attempt.headers);
        refuses(attempt);
      },
    ]);
    await clock.advance(10);
    expect(headers).toEqual([{ 'x-left-ms': '2000' }, { 'x-left-ms': '1999' }, { 'x-left-ms': '1998' }]);
  });
});
