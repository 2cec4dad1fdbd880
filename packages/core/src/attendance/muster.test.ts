import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { noMeter } from '../ports/meter.js';
import { attendanceMeters } from './meters.js';
import { Muster } from './muster.js';

/** Sessions: gone when they were not heard, and no second stage. */
function sessions({ refuse = () => false }: { refuse?: () => boolean } = {}) {
  const clock = new SimulatedClock();
  const ended: string[][] = [];
  const complaints: string[] = [];
  const now = (): number => clock.monotonicMs();
  const muster: Muster<string> = new Muster<string>({
    kind: {
      name: 'session',
      dueMs: (row) => muster.roll.table.deadlineMs(row),
      settle: async (rows) => {
        if (refuse()) throw new Error('the log is away');
        const gone = rows.filter((row) => muster.roll.table.deadlineMs(row) <= now());
        ended.push(gone.flatMap((row) => muster.roll.subject(row) ?? []));
        for (const row of gone) muster.roll.leave(row);
      },
    },
    naming: { group: () => '', name: (session) => session },
    clock,
    log: { info: () => undefined, warn: (text) => void complaints.push(text), error: () => undefined },
    failures: attendanceMeters(noMeter).failures,
    now,
  });
  const tick = (): void => {
    muster.tick(now());
    clock.after(100, tick);
  };
  tick();
  return { clock, muster, ended, complaints };
}

describe('Muster', () => {
  it('lets go of whoever was not heard in time, and of nobody else', async () => {
    const { clock, muster, ended } = sessions();
    const [heard] = [muster.enter('heard', 1000), muster.enter('silent', 1000)];
    await clock.advance(900);
    muster.beat(heard);
    await clock.advance(300);
    expect([ended.flat(), muster.roll.size]).toEqual([['silent'], 1]);
    await clock.advance(1000);
    expect(ended.flat()).toEqual(['silent', 'heard']);
  });

  it('settles many in batches, and tells those who wait for one of them', async () => {
    const { clock, muster, ended } = sessions();
    const rows = Array.from({ length: 1000 }, (_, at) => muster.enter(`session-${at}`, 500));
    await clock.advance(499);
    let told = false;
    muster.look(rows[0] as number);
    await clock.advance(101);
    void muster.settled(rows[999] as number).then(() => (told = true));
    await clock.advance(100);
    expect([ended.flat().length, told, muster.waiting]).toEqual([1000, true, 0]);
    expect(ended.length).toBeLessThan(30);
    expect(Math.max(...ended.map((batch) => batch.length))).toBe(56);
  });

  it('tries again after a while what could not be written, and complains once per while', async () => {
    let isAway = true;
    const { clock, muster, ended, complaints } = sessions({ refuse: () => isAway });
    for (let at = 0; at < 200; at++) muster.enter(`session-${at}`, 500);
    await clock.advance(1000);
    expect(complaints.length).toBe(1);
    isAway = false;
    await clock.advance(1000);
    expect(ended.flat().length).toBe(200);
  });
});
