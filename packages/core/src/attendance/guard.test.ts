import { describe, expect, it } from 'vitest';
import { idleGuard } from '../records/guard-record.js';
import { budgetOf, leftIn, newWindow, usualGuard, windowLeftMs } from './guard.js';

const settings = { windowMs: 900, share: 0.15, departuresMin: 10 };

describe('budgetOf', () => {
  it.each([
    ['a few in any case', 0, 10],
    ['a few of a small house', 66, 10],
    ['a share of a larger one', 1000, 150],
    ['whole instances only', 99, 14],
  ])('is %s', (_what, present, budget) => expect(budgetOf(present, settings)).toBe(budget));

  it('has no end where all may go', () => {
    expect(budgetOf(5, { ...settings, share: 1 })).toBeGreaterThan(1e9);
  });
});

describe('leftIn', () => {
  const state = { ...newWindow(1000, 50), departed: 140 };
  it.each([
    ['what was not spent', state, 10],
    ['nothing when all is spent', { ...state, departed: 150 }, 0],
    ['nothing when more than that is spent: the numbers were set lower', { ...state, departed: 700 }, 0],
    ['what an operator let go besides', { ...state, departed: 150, released: 30 }, 30],
  ])('is %s', (_what, state, left) => expect(leftIn(state, settings)).toBe(left));
});

describe('windowLeftMs', () => {
  const state = newWindow(1000, 10_000);
  it.each([
    ['all of it at its start', 10_000, 900],
    ['what is left', 10_300, 600],
    ['nothing when it is over', 99_999, 0],
    ['all of it and no more, though the clock jumped back', 0, 900],
  ])('is %s', (_what, wallNowMs, leftMs) => expect(windowLeftMs(state, wallNowMs, settings)).toBe(leftMs));

  it('is nothing before there was a window', () => {
    expect(windowLeftMs(idleGuard, Date.UTC(2030, 0, 1), usualGuard)).toBe(0);
  });
});
