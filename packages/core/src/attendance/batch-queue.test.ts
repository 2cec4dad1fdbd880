import { describe, expect, it } from 'vitest';
import { BatchQueue } from './batch-queue.js';

/** A queue whose batches and turns end when the test says so. */
function queue({ itemsMax = 3, atOnceMax = 2 } = {}) {
  const begun: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const turns: (() => void)[] = [];
  const one = new BatchQueue({
    itemsMax,
    atOnceMax,
    run: (items) => {
      begun.push(items);
      return new Promise((resolve) => ends.push(resolve));
    },
    turn: () => new Promise((resolve) => turns.push(resolve)),
  });
  return { one, begun, ends, turns };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('BatchQueue', () => {
  it('fills batches with what was pushed in a row, so many at the same time', async () => {
    const { one, begun } = queue();
    for (let item = 0; item < 10; item++) one.push(item);
    await settle();
    expect(begun).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(one.waiting).toBe(4);
  });

  it('gives others a turn after a full batch, and none after what was not much', async () => {
    const { one, begun, ends, turns } = queue({ atOnceMax: 1 });
    for (let item = 0; item < 5; item++) one.push(item);
    await settle();
    ends.shift()?.();
    await settle();
    expect([begun.length, turns.length]).toEqual([1, 1]);
    turns.shift()?.();
    await settle();
    one.push(9);
    ends.shift()?.();
    await settle();
    expect(begun).toEqual([[0, 1, 2], [3, 4], [9]]);
    expect(turns.length).toBe(0);
  });

  it('begins again when it had run empty', async () => {
    const { one, begun, ends } = queue();
    one.push(1);
    await settle();
    ends.shift()?.();
    await settle();
    one.push(2);
    await settle();
    expect(begun).toEqual([[1], [2]]);
  });

  it('closes when what is under way has ended, and begins nothing more', async () => {
    const { one, begun, ends } = queue({ atOnceMax: 1 });
    for (let item = 0; item < 5; item++) one.push(item);
    await settle();
    let closed = false;
    const closing = one.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    ends.shift()?.();
    await closing;
    one.push(9);
    await settle();
    expect(begun).toEqual([[0, 1, 2]]);
  });
});
