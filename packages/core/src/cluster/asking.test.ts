import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import type { AttendantName } from '../ports/colleagues.js';
import { answersCount, askingNow, askYoungest } from './asking.js';
import { LeasedLog } from './leased-log.fixture.js';
import { MemberNode } from './member.fixture.js';

async function cluster(): Promise<{ clock: SimulatedClock; log: LeasedLog; a: MemberNode }> {
  const clock = new SimulatedClock();
  const log = new LeasedLog(clock);
  const a = new MemberNode('a', log, clock);
  await a.start();
  return { clock, log, a };
}

describe('answers count', () => {
  it('for a while', async () => {
    const { clock, a } = await cluster();
    const asking = askingNow(a.roster, clock);
    expect(answersCount(null, a.roster, clock)).toBe(false);
    expect(answersCount(asking, a.roster, clock)).toBe(true);
    await clock.advance(2001);
    expect(answersCount(asking, a.roster, clock)).toBe(false);
  });

  it('until somebody joined who was not asked, though the fences of now would hold', async () => {
    const { clock, log, a } = await cluster();
    a.link.fallBehind();
    await new MemberNode('b', log, clock).start();
    const asking = askingNow(a.roster, clock);
    a.link.catchUp();
    expect([(await log.commit({ when: a.fences.at(), then: [] })).succeeded, answersCount(asking, a.roster, clock)]).toEqual([true, false]);
  });
});

describe('the youngest answer', () => {
  const who = ['instances/default/web/1', 'instances/default/web/2', 'instances/default/web/3'] as AttendantName[];

  it('is that of all others, of those that leave too', async () => {
    const { clock, log, a } = await cluster();
    const [b, c] = [new MemberNode('b', log, clock), new MemberNode('c', log, clock)];
    await Promise.all([b.start(), c.start()]);
    await b.membership.announceLeaving();
    const ages: Readonly<Record<string, readonly (number | null)[]>> = { b: [5, null, null], c: [7, 3, null] };
    const colleagues = { ask: async (name: string) => ages[name] ?? [], hand: async () => undefined, reaches: () => true };
    expect(await askYoungest({ roster: a.roster, colleagues }, who)).toEqual([5, 3, null]);
  });

  it('is not known where a single one cannot be asked', async () => {
    const { clock, log, a } = await cluster();
    await Promise.all([new MemberNode('b', log, clock).start(), new MemberNode('c', log, clock).start()]);
    const ask = async (name: string): Promise<readonly null[]> => (name === 'b' ? [null] : Promise.reject(new Error('The link is cut.')));
    const colleagues = { ask, hand: async () => undefined, reaches: () => true };
    await expect(askYoungest({ roster: a.roster, colleagues }, who.slice(0, 1))).rejects.toThrow('cut');
  });
});
