/** The options of panic: when a service answers all that could be tried, because too few are in rotation to be believed. */
import { digitsKind, PANIC_ELIGIBLE_MAX, usualPanicRule, type OptionTable } from '@rollcall/core';
import { percentKind } from './guard-options.js';

export interface PanicOptions {
  readonly panicEligibleMin: number;
  /** From 0 to 1. */
  readonly panicBelowShare: number;
}

export const panicOptions: OptionTable<PanicOptions> = {
  panicEligibleMin: {
    flag: 'panic-eligible',
    placeholder: 'N',
    kind: digitsKind(`a whole number from 0 to ${PANIC_ELIGIBLE_MAX}`, 0, PANIC_ELIGIBLE_MAX),
    default: usualPanicRule.eligibleMin,
    defaultText: String(usualPanicRule.eligibleMin),
    help: 'Of fewer instances that could be tried than this, a service never panics: an empty answer is the truth. A service may have its own.',
  },
  panicBelowShare: {
    flag: 'panic-below',
    placeholder: 'PERCENT',
    kind: percentKind,
    default: usualPanicRule.belowShare,
    defaultText: '50%',
    help: 'It panics when less than this share of them is in rotation. 0%: never.',
  },
};
