/**
 * The brake on departures, decided without doing anything about it.
 *
 * Imagine a usher who strikes the absent off the guest list. One or two an evening: people do go home. But when
 * half of the guests seem to have left at once, it is more likely that the usher looks at the wrong room. So he
 * strikes off a few, and lets the others stand, marked, until the next evening or until somebody tells him to go on.
 *
 * A window begins with the first departure after the last one's end. In it at most a share of those who were
 * present at its beginning may depart without a goodbye, and a few in any case, so that a small house can empty.
 */
import { idleGuard, type GuardState } from '../records/guard-record.js';

export interface GuardSettings {
  readonly windowMs: number;
  /** Of those present at the window's start, how many may depart in it, from 0 to 1. */
  readonly share: number;
  /** As many may in any case. */
  readonly departuresMin: number;
}

/** Eureka's share, and a window that gives a person the time to look. */
export const usualGuard: GuardSettings = { windowMs: 15 * 60 * 1000, share: 0.15, departuresMin: 10 };

/** The budget where there is no guard. */
export const NO_BOUND: number = Number.MAX_SAFE_INTEGER;

/** How many may depart in a window that begins with so many present. If all may, then also those who come later. */
export function budgetOf(present: number, { share, departuresMin }: GuardSettings): number {
  if (share >= 1) return NO_BOUND;
  return Math.max(departuresMin, Math.floor(present * share));
}

/** How many more may depart in this window. */
export function leftIn(state: GuardState, settings: GuardSettings): number {
  return Math.max(0, budgetOf(state.presentAtStart, settings) + state.released - state.departed);
}

/**
 * What is left of the window. A clock that jumped forward ends it early, one that jumped back begins it anew: either
 * costs one budget at most, and none keeps anybody for ever.
 */
export function windowLeftMs({ windowStartMs }: GuardState, wallNowMs: number, { windowMs }: GuardSettings): number {
  return Math.min(Math.max(windowMs - (wallNowMs - windowStartMs), 0), windowMs);
}

/** A window that begins now. */
export function newWindow(present: number, wallNowMs: number): GuardState {
  return { ...idleGuard, windowStartMs: wallNowMs, presentAtStart: present };
}
