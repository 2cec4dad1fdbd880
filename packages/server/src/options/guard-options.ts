/** The options of the guard, the brake on departures. */
import { digitsKind, typedDurationKind, usualGuard, type OptionTable, type ValueKind } from '@rollcall/core';

export interface GuardOptions {
  /** From 0 to 1. */
  readonly guardShare: number;
  readonly guardDeparturesMin: number;
  readonly guardWindowMs: number;
}

const MINUTE_MS = 60_000;
/** A day: whoever waits longer for the next few to go will rather say so. */
const WINDOW_MAX_MS: number = 24 * 60 * MINUTE_MS;
/** More than any registry holds. */
const DEPARTURES_MAX = 100_000_000;

export const percentKind: ValueKind<number> = {
  allowed: 'a whole percentage from 0% to 100%',
  parse(text) {
    const [, digits] = /^(\d{1,3})%?$/.exec(typeof text === 'string' ? text : '') ?? [];
    return Number(digits) <= 100 ? Number(digits) / 100 : undefined;
  },
};

export const guardOptions: OptionTable<GuardOptions> = {
  guardShare: {
    flag: 'guard-share',
    placeholder: 'PERCENT',
    kind: percentKind,
    default: usualGuard.share,
    defaultText: '15%',
    help: 'How many of those present may depart per window without a goodbye; the rest is held. 100%: no guard.',
  },
  guardDeparturesMin: {
    flag: 'guard-departures',
    placeholder: 'N',
    kind: digitsKind(`a whole number from 0 to ${DEPARTURES_MAX}`, 0, DEPARTURES_MAX),
    default: usualGuard.departuresMin,
    defaultText: String(usualGuard.departuresMin),
    help: 'How many may in any case, however few are present.',
  },
  guardWindowMs: {
    flag: 'guard-window',
    placeholder: 'DURATION',
    kind: typedDurationKind(MINUTE_MS, WINDOW_MAX_MS, '15m'),
    default: usualGuard.windowMs,
    defaultText: '15m',
    help: 'How long a window of the guard lasts.',
  },
};
