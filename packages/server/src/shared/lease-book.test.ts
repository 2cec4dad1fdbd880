import { SimulatedClock } from '@rollcall/conformance';
import type { Clock } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { LeaseBook } from './lease-book.js';

const TTL_MS = 1_000;

/** Counts who waits for it. */
class CountingClock extends SimulatedClock implements Clock {
  waiting = 0;

  override after(delayMs: number, callback: () => void): () => void {
    this.waiting++;
    let isOver = false;
    const end = (): void => {
      if (!isOver) this.waiting--;
      isOver = true;
    };
    const cancel = super.after(delayMs, () => {
      end();
      callback();
    });
    return () => {
      end();
      cancel();
    };
  }
}

function begin(expire?: (id: bigint) => Promise<unknown>) {
  const clock = new CountingClock();
  const expired: bigint[] = [];
  const book: LeaseBook = new LeaseBook({
    clock,
    expire: async (id) => {
      expired.push(id);
      await expire?.(id);
      book.remove(id);
    },
  });
  return { clock, expired, book };
}

describe('the book of leases', () => {
  it('expires each once, when its time has come', async () => {
    const { clock, expired, book } = begin();
    book.add({ id: 1n, ttlMs: TTL_MS });
    book.add({ id: 2n, ttlMs: 2 * TTL_MS });
    await clock.advance(0.9 * TTL_MS);
    expect(expired).toEqual([]);
    await clock.advance(0.5 * TTL_MS);
    expect(expired).toEqual([1n]);
    await clock.advance(5 * TTL_MS);
    expect(expired).toEqual([1n, 2n]);
  });

  it('tries again where an expiry failed', async () => {
    let failures = 2;
    const { clock, expired, book } = begin(async () => {
      if (failures-- > 0) throw new Error('no room');
    });
    book.add({ id: 1n, ttlMs: TTL_MS });
    await clock.advance(10 * TTL_MS);
    expect(expired).toEqual([1n, 1n, 1n]);
    expect(book.ids).toEqual([]);
  });

  it('leaves one alone whose end is under way, until that failed', async () => {
    const { clock, expired, book } = begin();
    book.add({ id: 1n, ttlMs: TTL_MS });
    const ending = book.beginEnd(1n);
    expect(book.beginEnd(1n)).toBeUndefined();
    expect([book.has(1n), book.keep(1n), book.look(1n)]).toEqual([false, undefined, undefined]);
    await clock.advance(3 * TTL_MS);
    expect(expired).toEqual([]);
    ending?.undo();
    await clock.advance(3 * TTL_MS);
    expect(expired).toEqual([1n]);
  });

  it('keeps an id for whoever asked first', () => {
    const { book } = begin();
    expect([book.reserve(1n), book.reserve(1n)]).toEqual([true, false]);
    book.unreserve(1n);
    expect(book.reserve(1n)).toBe(true);
    book.add({ id: 1n, ttlMs: TTL_MS });
    book.unreserve(1n);
    expect(book.reserve(1n)).toBe(false);
  });

  it('lets the clock rest while there is no lease', async () => {
    const { clock, book } = begin();
    expect(clock.waiting).toBe(0);
    book.add({ id: 1n, ttlMs: TTL_MS });
    expect(clock.waiting).toBe(1);
    await clock.advance(5 * TTL_MS);
    expect(clock.waiting).toBe(0);
    book.add({ id: 2n, ttlMs: TTL_MS });
    expect(clock.waiting).toBe(1);
  });

  it('is closed for good, also to a grant that was on its way', async () => {
    const { clock, expired, book } = begin();
    book.add({ id: 1n, ttlMs: TTL_MS });
    book.close();
    book.add({ id: 2n, ttlMs: TTL_MS });
    expect(clock.waiting).toBe(0);
    await clock.advance(5 * TTL_MS);
    expect(expired).toEqual([]);
  });
});
