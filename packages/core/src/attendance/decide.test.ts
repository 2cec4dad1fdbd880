import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Decision, type Standing } from './decide.js';

const wait = (untilMs: number): Decision => ({ act: 'wait', untilMs });
const never = wait(Infinity);

describe('decide', () => {
  it.each<[string, Standing, number, number, Decision]>([
    ['present until the deadline', 'present', 130, 129, wait(130)],
    ['lapsed from then on', 'present', 130, 130, { act: 'lapse' }],
    ['still lapsed while nothing is heard', 'lapsed', 130, 500, never],
    ['back with a beat', 'lapsed', 530, 500, { act: 'recover' }],
    ['back no more when even that beat is old', 'lapsed', 530, 530, never],
    ['not back by a restart alone', 'lapsed', -Infinity, 0, never],
    ['as it was said to be, with beats', 'critical', 530, 500, never],
    ['as it was said to be, without any', 'critical', 530, 531, never],
  ])('%s', (_what, standing, deadlineMs, nowMs, decision) => expect(decide(standing, deadlineMs, nowMs)).toEqual(decision));

  it('waits only for what is still to come', () => {
    const time = fc.integer({ min: 0, max: 1000 });
    const standing = fc.constantFrom<Standing>('present', 'lapsed', 'critical');
    fc.assert(
      fc.property(standing, time, time, (standing, deadlineMs, nowMs) => {
        const decision = decide(standing, deadlineMs, nowMs);
        return decision.act !== 'wait' || decision.untilMs > nowMs;
      }),
    );
  });
});
