import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Roll } from './roll.js';

interface Guest {
  readonly group: string;
  readonly name: string;
  readonly seat: number;
}

function roll(): Roll<Guest> {
  return new Roll<Guest>({ group: ({ group }) => group, name: ({ name }) => name }, { tickMs: 100, buckets: 16, nowMs: 0 });
}

const guest = (name: string, seat = 0, group = 'a'): Guest => ({ group, name, seat });

describe('Roll', () => {
  it('finds all of one name, and only in their group', () => {
    const one = roll();
    const [first, second] = [one.enter(guest('x', 1)), one.enter(guest('x', 2))];
    const other = one.enter(guest('x', 1, 'b'));
    expect([one.rows('a', 'x'), one.rows('b', 'x'), one.rows('c', 'x')]).toEqual([[first, second], [other], []]);
    one.leave(first);
    expect([one.rows('a', 'x'), one.names('a')?.get('x')]).toEqual([[second], second]);
  });

  it('gives a row out again, clean', () => {
    const one = roll();
    const row = one.enter(guest('x'));
    one.mark(row, 8);
    one.wakeAt(row, 100);
    one.leave(row);
    expect([one.enter(guest('y')), one.has(row, 8), one.take(1000, 10)]).toEqual([row, false, []]);
  });

  it('does not give a pinned row to somebody else before it was let go', () => {
    const one = roll();
    const row = one.enter(guest('x'));
    one.pin(row);
    one.leave(row);
    expect([one.rows('a', 'x'), one.subject(row)]).toEqual([[], null]);
    const next = one.enter(guest('y'));
    expect(next).not.toBe(row);
    expect([one.unpin(row), one.enter(guest('z'))]).toEqual([false, row]);
  });

  it('keeps what was written while it grows', () => {
    const one = roll();
    const rows = Array.from({ length: 100 }, (_, at) => one.enter(guest(`guest-${at}`)));
    for (const row of rows) one.table.setDeadlineMs(row, row * 2);
    for (let at = 0; at < 1000; at++) one.enter(guest(`late-${at}`));
    expect(rows.map((row) => one.table.deadlineMs(row))).toEqual(rows.map((row) => row * 2));
    expect(one.size).toBe(1100);
  });

  it('knows after any comings and goings who is there', () => {
    const step = fc.record({ name: fc.constantFrom('x', 'y', 'z'), seat: fc.nat({ max: 2 }), comes: fc.boolean(), pinned: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const one = roll();
        const there = new Map<string, number>();
        for (const { name, seat, comes, pinned } of steps) {
          const known = there.get(`${name}${seat}`);
          if (comes && known === undefined) there.set(`${name}${seat}`, one.enter(guest(name, seat)));
          if (comes || known === undefined) continue;
          if (pinned) one.pin(known);
          one.leave(known);
          if (pinned) one.unpin(known);
          there.delete(`${name}${seat}`);
        }
        for (const name of ['x', 'y', 'z']) {
          const seats = one.rows('a', name).map((row) => `${name}${one.subject(row)?.seat}`);
          expect(seats.toSorted()).toEqual([...there.keys()].filter((key) => key.startsWith(name)).toSorted());
        }
        expect(one.size).toBe(there.size);
      }),
    );
  });
});
