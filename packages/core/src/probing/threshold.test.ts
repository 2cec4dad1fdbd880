import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newStreak, weigh, type Finding, type Thresholds } from './threshold.js';

const usual: Thresholds = { successBeforePassing: 1, failuresBeforeWarning: 3, failuresBeforeCritical: 3, startPeriodMs: 0 };

const words: Readonly<Record<string, Finding>> = { '+': 'passing', '~': 'warning', '-': 'critical' };
const letters = { passing: 'P', warning: 'W', starting: 'S', critical: 'C' } as const;

/** One probe a second from the registration on. */
function course(findings: string, thresholds: Partial<Thresholds> = {}, born = newStreak('starting')): string {
  let streak = born;
  return findings
    .split('')
    .map((letter, at) => (streak = weigh(streak, words[letter] as Finding, { ...usual, ...thresholds }, at * 1000)))
    .map(({ status }) => letters[status])
    .join('');
}

describe('the threshold', () => {
  it.each<[string, string, Partial<Thresholds>]>([
    ['+', 'P', {}],
    ['---', 'SSC', {}],
    ['--+', 'SSP', {}],
    ['+--+--+', 'PPPPPPP', {}],
    ['+---+', 'PPPCP', {}],
    ['+~~', 'PWW', {}],
    ['+---~', 'PPPCW', {}],
    ['+-~--', 'PPWWW', {}],
    ['+---', 'PCCC', { failuresBeforeWarning: 1, failuresBeforeCritical: 1 }],
    ['+---', 'PPWC', { failuresBeforeWarning: 2 }],
    ['--+', 'SWP', { failuresBeforeWarning: 2 }],
    ['---+++', 'SSCCCP', { successBeforePassing: 3 }],
    ['---++-+++', 'SSCCCCCCP', { successBeforePassing: 3 }],
    ['----', 'SSSS', { startPeriodMs: 10_000 }],
    ['------', 'SSSSSC', { startPeriodMs: 3_000 }],
    ['-+---', 'SPPPC', { startPeriodMs: 60_000 }],
  ])('%s is %s with %j', (findings, statuses, thresholds) => {
    expect(course(findings, thresholds)).toBe(statuses);
  });

  it.each([
    ['+++', 'PPP', true],
    ['+++', 'CCP', false],
    ['-+++', 'CCCP', true],
    ['~-', 'WW', true],
  ])('of one that was born critical, %s is %s (new: %j)', (findings, statuses, isNew) => {
    expect(course(findings, { successBeforePassing: 3 }, newStreak('critical', isNew))).toBe(statuses);
  });

  it('turns critical exactly when the last so many were failures, and then only a success changes it', () => {
    const findings = fc.array(fc.constantFrom<Finding>('passing', 'warning', 'critical'), { maxLength: 40 });
    fc.assert(
      fc.property(findings, fc.integer({ min: 1, max: 5 }), (all, failuresBeforeCritical) => {
        let streak = newStreak('starting');
        all.forEach((finding, at) => {
          streak = weigh(streak, finding, { ...usual, failuresBeforeCritical, failuresBeforeWarning: 9 }, 0);
          const last = all.slice(Math.max(0, at + 1 - failuresBeforeCritical), at + 1);
          const allFailed = last.length === failuresBeforeCritical && last.every((one) => one === 'critical');
          expect(streak.status === 'critical').toBe(allFailed);
        });
      }),
    );
  });
});
