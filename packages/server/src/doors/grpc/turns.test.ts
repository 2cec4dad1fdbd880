import { expect, it, vi } from 'vitest';
import { CALLS_PER_TURN, CALLS_WAITING_MAX, UNREAD_ANSWERS_BYTES_MAX } from './limits.js';
import { Turns } from './turns.js';

it('lets so many begin in a turn, in their order, and the others in the next', async () => {
  const turns = new Turns(() => 0);
  const begun: number[] = [];
  for (let at = 0; at < 3 * CALLS_PER_TURN; at++) turns.begin(() => begun.push(at) > 0);
  expect(begun).toHaveLength(CALLS_PER_TURN);
  await vi.waitFor(() => expect(begun).toHaveLength(3 * CALLS_PER_TURN));
  expect(begun).toEqual(begun.toSorted((one, other) => one - other));
});

it('counts only those who still want something', async () => {
  const turns = new Turns(() => 0);
  let begun = 0;
  for (let at = 0; at < CALLS_PER_TURN; at++) turns.begin(() => begun++ >= 0);
  for (let at = 0; at < 10_000; at++) expect(turns.begin(() => false)).toBe(true);
  let isBegun = false;
  turns.begin(() => (isBegun = true));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(isBegun).toBe(true);
});

it('lets nobody begin who does not take the answers, and goes on when he does', async () => {
  let unreadBytes = UNREAD_ANSWERS_BYTES_MAX + 1;
  const turns = new Turns(() => unreadBytes);
  let isBegun = false;
  turns.begin(() => (isBegun = true));
  turns.goOn();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(isBegun).toBe(false);
  unreadBytes = 0;
  turns.goOn();
  await vi.waitFor(() => expect(isBegun).toBe(true));
  unreadBytes = Infinity;
  for (let at = 0; at < CALLS_WAITING_MAX; at++) turns.begin(() => true);
  expect(turns.begin(() => true)).toBe(false);
  turns.close();
});
