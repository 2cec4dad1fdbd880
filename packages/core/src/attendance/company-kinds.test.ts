import { afterEach, describe, expect, it } from 'vitest';
import { defaultNamespace, someone } from '../catalog/instance.fixture.js';
import type { MachineRegistration } from '../catalog/machine.js';
import type { MachineName } from '../catalog/names.js';
import { HEARTBEAT_CHECK_ID } from '../catalog/registration.js';
import { SetCompany } from '../cluster/company.fixture.js';
import type { AttendantName } from '../ports/colleagues.js';
import { openHouse, type House } from '../registrar/house.fixture.js';
import type { Muster } from './muster.js';

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function open(company: SetCompany): Promise<House> {
  const house = await openHouse({ company });
  houses.push(house);
  return house;
}

const among = (): SetCompany => new SetCompany(['a', 'b'], (text) => (text.includes('theirs') ? 'b' : 'a'));

function machine(name: string): MachineRegistration {
  const check = { id: HEARTBEAT_CHECK_ID, type: 'heartbeat', ttlMs: 30_000, born: 'passing' } as const;
  return { namespace: defaultNamespace, name: name as MachineName, addresses: {}, metadata: {}, checks: [check], origin: { face: 'test' } };
}

describe('a machine', () => {
  const [ours, theirs] = [machine('ours'), machine('theirs')];

  it('is asked about before it lapses, and missed only by the node on duty', async () => {
    const company = among();
    const house = await open(company);
    await house.registrar.putMachine(ours, someone);
    await house.registrar.putMachine(theirs, someone);
    company.answers = () => (house.clock.monotonicMs() < 35_000 ? 10_000 : null);
    await house.clock.advance(49_000);
    expect(house.view.machine(ours, someone)?.health).toBe('passing');
    await house.clock.advance(60_000);
    expect([ours, theirs].map((one) => house.view.machine(one, someone)?.health)).toEqual(['critical', 'passing']);
    expect(new Set(company.asked.flatMap(({ who }) => who))).toEqual(new Set(['machines/default/ours']));
  });

  it('is handed over, and taken, like an instance', async () => {
    const company = among();
    const house = await open(company);
    await house.registrar.putMachine(ours, someone);
    await house.registrar.putMachine(theirs, someone);
    await house.clock.advance(29_000);
    company.handed.length = 0;
    await house.registrar.heartbeatMachine(theirs, someone);
    house.attendance.take([{ who: 'machines/default/ours' as AttendantName, ageMs: 0 }]);
    await house.clock.advance(5000);
    expect(company.handed).toEqual([{ to: 'b', heard: [{ who: 'machines/default/theirs', ageMs: 100 }] }]);
    expect(house.view.machine(ours, someone)?.health).toBe('passing');
    expect(house.attendance.ages(['machines/default/theirs' as AttendantName])).toEqual([5000]);
  });
});

describe('another kind of attendants', () => {
  it('goes the same way when it says how they are called', async () => {
    const company = among();
    const house = await open(company);
    const ended: string[] = [];
    const sessions: Muster<string> = house.attendance.muster<string>(
      {
        name: 'session',
        dueMs: (row) => (sessions.isOthers(row) ? Infinity : sessions.deadlineMs(row)),
        settle: async (rows) => {
          for (const row of rows.filter((one) => sessions.mayLapse(one))) {
            ended.push(sessions.roll.subject(row) ?? '');
            sessions.leave(row);
          }
        },
      },
      { group: () => '', name: (session) => session },
      {
        kind: 'sessions',
        text: (session) => session,
        suffix: () => '',
        row: (text) => sessions.roll.rows('', text)[0],
        lapses: (row, nowMs) => !sessions.isOthers(row) && sessions.deadlineMs(row) <= nowMs,
        isPresent: () => true,
      },
    );
    for (const session of ['ours', 'theirs']) await sessions.hear([sessions.enter(session, 2000)]);
    await house.clock.advance(1500);
    expect(company.handed).toEqual([{ to: 'b', heard: [{ who: 'sessions/theirs', ageMs: 100 }] }]);
    house.attendance.take([{ who: 'sessions/ours' as AttendantName, ageMs: 0 }]);
    await house.clock.advance(1900);
    expect(ended).toEqual([]);
    await house.clock.advance(10_000);
    expect([ended, company.asked]).toEqual([['ours'], [{ whom: 'b', who: ['sessions/ours'] }]]);
  });
});
