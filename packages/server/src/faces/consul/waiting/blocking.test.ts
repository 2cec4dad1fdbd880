import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../shared/http-face.js';
import { Blocking, type Manner } from './blocking.js';
import { Listeners } from './listeners.js';
import type { Watched } from './watched.js';

/** Something that is watched, and moved by hand. */
class Thing {
  index = 10;
  body = 'a';
  reads = 0;
  refuses = false;
  readonly listeners = new Listeners();

  watched(more: Partial<Watched> = {}): Watched {
    return {
      key: 'thing',
      index: () => this.index,
      read: () => {
        this.reads++;
        if (this.refuses) throw new Error('no more');
        return { body: this.body };
      },
      listen: (moved) => this.listeners.listen('thing', moved),
      ...more,
    };
  }

  move(body: string, index = this.index + 1): void {
    this.body = body;
    this.index = index;
    this.listeners.tell('thing');
  }
}

const manner: Manner = {
  key: 'usual',
  answer: ({ body }, index) => ({ status: 200, headers: ['index', String(index)], body: body?.toString() ?? null }),
  failed: (error) => ({ status: 500, headers: [], body: (error as Error).message }),
};

function scene({ jitter = 0, waitersMax = 100 } = {}) {
  const clock = new SimulatedClock();
  const random = { number: () => jitter, bytes: () => new Uint8Array() };
  const now = { index: 100 };
  const blocking = new Blocking({ clock, random, waitersMax, now: () => now.index });
  const thing = new Thing();
  const answers: HttpAnswer[] = [];
  const wait = (index: number, waitMs: number, watched = thing.watched()): (() => void) =>
    blocking.wait(watched, { index, hash: '', waitMs, manner }).start((answer) => answers.push(answer));
  return { clock, blocking, thing, answers, wait, now };
}

const bodies = (answers: readonly HttpAnswer[]): readonly string[] =>
  answers.map(({ headers, body }) => `${headers[1] ?? ''} ${String(body)}`);

describe('a blocking query', () => {
  it('is answered when the answer is another one', async () => {
    const { clock, thing, answers, wait, blocking } = scene();
    wait(10, 60_000);
    thing.move('b');
    expect(answers).toEqual([]);
    await clock.advance(20);
    expect(bodies(answers)).toEqual(['11 b']);
    expect(blocking.size).toBe(0);
  });

  it('goes on waiting where only the index moved', async () => {
    const { clock, thing, answers, wait } = scene();
    wait(10, 60_000);
    thing.move('a');
    await clock.advance(50_000);
    expect(answers).toEqual([]);
    thing.move('c');
    await clock.advance(20);
    expect(bodies(answers)).toEqual(['12 c']);
  });

  it('is answered at the end of its time, with what there is', async () => {
    const { clock, thing, answers, wait } = scene({ jitter: 1 });
    wait(10, 16_000);
    thing.move('a');
    await clock.advance(16_000);
    expect(answers).toEqual([]);
    await clock.advance(1050);
    expect(bodies(answers)).toEqual(['11 a']);
  });

  it('is answered once for many changes that come together', async () => {
    const { clock, thing, answers, wait } = scene();
    wait(10, 60_000);
    for (const body of ['b', 'c', 'd']) thing.move(body);
    await clock.advance(20);
    expect(bodies(answers)).toEqual(['13 d']);
  });

  it('shares what was read with all who asked the same', async () => {
    const { clock, thing, answers, wait } = scene({ waitersMax: 1000 });
    for (let at = 0; at < 500; at++) wait(10, 60_000);
    const before = thing.reads;
    thing.move('b');
    await clock.advance(20);
    expect(answers).toHaveLength(500);
    expect(new Set(answers).size).toBe(1);
    expect(thing.reads - before).toBe(1);
  });

  it('reads nothing beforehand where every move is news', async () => {
    const { clock, thing, answers, wait } = scene();
    wait(10, 60_000, thing.watched({ isExact: true }));
    expect(thing.reads).toBe(0);
    thing.listeners.tell('thing');
    await clock.advance(20);
    expect(answers).toEqual([]);
    thing.move('a');
    await clock.advance(20);
    expect(bodies(answers)).toEqual(['11 a']);
  });

  it('that came while something moved does not hear of it again', async () => {
    const { clock, thing, answers, wait } = scene();
    wait(10, 60_000);
    thing.move('b');
    wait(11, 60_000);
    expect(bodies(answers)).toEqual(['11 b']);
    await clock.advance(1000);
    expect(answers).toHaveLength(1);
    thing.move('c');
    await clock.advance(20);
    expect(bodies(answers)).toEqual(['11 b', '12 c']);
  });

  it('is not asked for what takes long whenever that moves', async () => {
    const { clock, thing, answers, wait } = scene();
    const slow = thing.watched({
      isExact: true,
      read: () => {
        void clock.sleep(100);
        return { body: thing.body };
      },
    });
    wait(10, 60_000, slow);
    thing.move('b');
    await clock.advance(20);
    expect(bodies(answers)).toEqual(['11 b']);
    wait(11, 60_000, slow);
    thing.move('c');
    await clock.advance(500);
    thing.move('d');
    expect(answers).toHaveLength(1);
    await clock.advance(600);
    expect(bodies(answers)).toEqual(['11 b', '13 d']);
  });

  it('that something overtook on its way is answered at once', () => {
    const { thing, answers, blocking } = scene();
    const watched = thing.watched();
    const later = blocking.wait(watched, { index: 10, hash: '', waitMs: 60_000, manner });
    thing.move('b');
    later.start((answer) => answers.push(answer))();
    expect(bodies(answers)).toEqual(['11 b']);
    expect(blocking.size).toBe(0);
  });

  it('leaves nothing behind when its client goes', async () => {
    const { clock, thing, answers, wait, blocking } = scene();
    const leave = wait(10, 60_000);
    leave();
    leave();
    expect(blocking.size).toBe(0);
    const reads = thing.reads;
    thing.move('b');
    await clock.advance(100_000);
    expect(answers).toEqual([]);
    expect(thing.reads).toBe(reads);
  });

  it('with an index of the future waits for a moment, and then begins anew', async () => {
    const { clock, answers, wait } = scene();
    wait(5000, 300_000);
    await clock.advance(9_000);
    expect(answers).toEqual([]);
    await clock.advance(1_100);
    expect(bodies(answers)).toEqual(['10 a']);
  });

  it('with an index that this node has not reached yet hears of what comes', async () => {
    const { clock, thing, answers, wait } = scene();
    wait(101, 300_000);
    thing.move('b', 102);
    await clock.advance(20);
    expect(bodies(answers)).toEqual(['102 b']);
  });

  it('hears it when the log was set back, also where it says the same', async () => {
    const { clock, thing, answers, wait } = scene();
    wait(10, 300_000);
    thing.move('a', 3);
    await clock.advance(20);
    expect(bodies(answers)).toEqual(['3 a']);
  });

  it('hears of a failure', async () => {
    const { clock, thing, answers, wait, blocking } = scene();
    wait(10, 300_000);
    thing.refuses = true;
    thing.move('b');
    await clock.advance(20);
    expect(answers).toMatchObject([{ status: 500, body: 'no more' }]);
    expect(blocking.size).toBe(0);
  });

  it('is refused where too many wait', () => {
    const { wait } = scene({ waitersMax: 2 });
    wait(10, 60_000);
    wait(10, 60_000);
    expect(() => wait(10, 60_000)).toThrow(expect.objectContaining({ status: 429 }) as Error);
  });

  it('is answered at once at the end, and whoever comes then is too', async () => {
    const { clock, answers, wait, blocking } = scene();
    wait(10, 300_000);
    wait(10, 300_000);
    blocking.end();
    expect(bodies(answers)).toEqual(['10 a', '10 a']);
    wait(10, 300_000);
    await clock.advance(50);
    expect(answers).toHaveLength(3);
  });

  it('ends at its own time, whoever else waits', async () => {
    const { clock, answers, wait } = scene();
    for (const waitMs of [5000, 100, 300, 300, 60_000]) wait(10, waitMs);
    const told: number[] = [];
    for (const stepMs of [150, 200, 5000, 60_000]) {
      await clock.advance(stepMs);
      told.push(answers.length);
    }
    expect(told).toEqual([1, 3, 4, 5]);
  });
});
