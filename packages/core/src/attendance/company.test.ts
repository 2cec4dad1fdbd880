import { afterEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../errors.js';
import { InstanceId } from '../catalog/names.js';
import { registration, someone } from '../catalog/instance.fixture.js';
import { SetCompany } from '../cluster/company.fixture.js';
import type { AttendantName } from '../ports/colleagues.js';
import { openHouse, type House } from '../registrar/house.fixture.js';

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function open(company: SetCompany): Promise<House> {
  const house = await openHouse({ company });
  houses.push(house);
  return house;
}

/** Whoever has this in its id is on b's duty; everybody else on ours. */
const among = (...names: readonly string[]): SetCompany => new SetCompany(names, (text) => (text.includes('theirs') ? 'b' : 'a'));
const ours = registration({ id: 'ours' });
const theirs = registration({ id: 'theirs' });
const nameOf = (id: string): AttendantName => `instances/default/payments/${id}` as AttendantName;
const selector = (id: string): { namespace: typeof ours.namespace; id: InstanceId; service: null } => ({
  namespace: ours.namespace,
  id: id as InstanceId,
  service: null,
});

async function withBoth(company: SetCompany): Promise<House> {
  const house = await open(company);
  await house.registrar.register(ours, someone);
  await house.registrar.register(theirs, someone);
  return house;
}

describe('a heartbeat for another node', () => {
  it('is handed over, many in one batch, by their ages', async () => {
    const company = among('a', 'b');
    const house = await withBoth(company);
    await house.registrar.register(registration({ id: 'theirs-too' }), someone);
    company.handed.length = 0;
    await house.clock.advance(1000);
    house.attendance.beatMany(['theirs', 'ours', 'theirs-too'].map(selector));
    await house.clock.advance(99);
    expect(company.handed).toEqual([]);
    await house.clock.advance(1);
    const heard = ['theirs', 'theirs-too'].map((id) => ({ who: nameOf(id), ageMs: 100 }));
    expect(company.handed).toEqual([{ to: 'b', heard }]);
  });

  it('may have come to any of them, so that nobody knows its age without asking', async () => {
    const house = await withBoth(among('a', 'b'));
    expect([ours, theirs].map((ref) => house.attendance.heardAgeMs(ref))).toEqual([null, null]);
  });

  it('that is lost on the way is no fault, and does not heap up', async () => {
    const company = among('a', 'b');
    const house = await withBoth(company);
    company.unreachable.add('b');
    for (let beat = 0; beat < 20; beat++) {
      await house.registrar.heartbeat(theirs, someone);
      await house.clock.advance(1000);
    }
    company.unreachable.clear();
    await house.registrar.heartbeat(theirs, someone);
    await house.clock.advance(200);
    expect(company.handed.at(-1)?.heard).toHaveLength(1);
    expect(house.look(theirs)?.health).toBe('passing');
  });

  it('is never missed here', async () => {
    const house = await withBoth(among('a', 'b'));
    await house.clock.advance(100_000);
    expect([house.look(theirs)?.health, house.look(ours)?.health]).toEqual(['passing', 'critical']);
  });

  it('brings it back here, whoever had said that it lapsed', async () => {
    const company = among('a', 'b');
    const house = await withBoth(company);
    const other = await openHouse({ store: house.store, clock: house.clock });
    houses.push(other);
    await house.clock.advance(31_000);
    expect(house.look(theirs)?.health).toBe('critical');
    await house.registrar.heartbeat(theirs, someone);
    expect(house.look(theirs)?.health).toBe('passing');
  });
});

describe('what this node says when it is asked', () => {
  it('is what it really heard: no registration of others, and nothing of strangers', async () => {
    const house = await withBoth(among('a', 'b'));
    await house.clock.advance(2000);
    expect(house.attendance.ages(['theirs', 'nobody'].map(nameOf))).toEqual([null, null]);
    await house.registrar.heartbeat(theirs, someone);
    await house.clock.advance(3000);
    expect(house.attendance.ages(['theirs', 'ours'].map(nameOf))).toEqual([3000, 5000]);
    expect(house.attendance.ages(['sessions/x' as AttendantName, '' as AttendantName, 'instances/%zz#' as AttendantName])).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('is nothing while it is no member', async () => {
    const company = among('a', 'b');
    const house = await withBoth(company);
    company.member = false;
    expect(() => house.attendance.ages([nameOf('ours')])).toThrow(RollcallError);
  });

  it('tells the checks of an instance apart', async () => {
    const house = await open(among('a', 'b'));
    const one = { ...theirs, checks: ['x', 'y z'].map((id) => ({ id, type: 'heartbeat', ttlMs: 30_000, born: 'passing' }) as const) };
    await house.registrar.register(one, someone);
    await house.attendance.beat(one, 'y z');
    await house.clock.advance(1000);
    expect(house.attendance.ages([nameOf('theirs'), nameOf('theirs#x'), nameOf('theirs#y%20z')])).toEqual([null, null, 1000]);
  });
});

describe('a lapse', () => {
  it('is asked of every other node, also of one that leaves', async () => {
    const company = among('a', 'b', 'c');
    const house = await withBoth(company);
    company.roster.leaves('c');
    await house.clock.advance(31_000);
    expect(company.asked.map(({ whom }) => whom)).toEqual(['b', 'c']);
    expect(company.asked[0]?.who).toEqual([nameOf('ours')]);
    expect(house.look(ours)?.health).toBe('critical');
  });

  it('is not said where a younger beat is known, and comes a ttl after that', async () => {
    const company = among('a', 'b', 'c');
    const house = await withBoth(company);
    company.answers = (whom) => (house.clock.monotonicMs() < 40_000 ? (whom === 'b' ? 25_000 : 10_000) : null);
    await house.clock.advance(49_000);
    expect(house.look(ours)?.health).toBe('passing');
    await house.clock.advance(2000);
    expect(house.look(ours)?.health).toBe('critical');
  });

  it('is not said while one node cannot be asked', async () => {
    const company = among('a', 'b', 'c');
    const house = await withBoth(company);
    company.unreachable.add('c');
    await house.clock.advance(100_000);
    expect(house.look(ours)?.health).toBe('passing');
    company.unreachable.clear();
    await house.clock.advance(1200);
    expect(house.look(ours)?.health).toBe('critical');
  });

  it('is put off by what another node hands over', async () => {
    const house = await withBoth(among('a', 'b'));
    await house.clock.advance(29_000);
    house.attendance.take([{ who: nameOf('ours'), ageMs: 4000 }]);
    await house.clock.advance(25_500);
    expect(house.look(ours)?.health).toBe('passing');
    await house.clock.advance(1000);
    expect(house.look(ours)?.health).toBe('critical');
  });

  it('is taken back by what is handed over: who heard it may not know that it lapsed', async () => {
    const house = await withBoth(among('a', 'b'));
    await house.clock.advance(31_000);
    house.attendance.take([{ who: nameOf('ours'), ageMs: 100 }]);
    await house.clock.advance(1000);
    expect(house.look(ours)?.health).toBe('passing');
  });
});

describe('when duty moves', () => {
  it('what becomes ours has a full ttl', async () => {
    const company = new SetCompany(['a', 'b'], () => (company.roster.nodes.length === 1 ? 'a' : 'b'));
    const house = await withBoth(company);
    await house.clock.advance(60_000);
    company.roster.goes('b', 'left');
    await house.clock.advance(29_900);
    expect(house.look(ours)?.health).toBe('passing');
    await house.clock.advance(500);
    expect(house.look(ours)?.health).toBe('critical');
  });

  it.each([
    ['lost', 'passing'],
    ['left', 'critical'],
  ] as const)('because a node is %s, what is ours already is %s after its ttl', async (how, health) => {
    const company = among('a', 'b', 'c');
    const house = await withBoth(company);
    await house.clock.advance(29_000);
    company.roster.goes('c', how);
    await house.clock.advance(29_000);
    expect(house.look(ours)?.health).toBe(health);
    await house.clock.advance(2000);
    expect(house.look(ours)?.health).toBe('critical');
  });

  it('who has lapsed is not back by that', async () => {
    const company = among('a', 'b', 'c');
    const house = await withBoth(company);
    await house.clock.advance(31_000);
    company.roster.goes('c', 'lost');
    company.roster.join('c');
    await house.clock.advance(5000);
    expect(house.look(ours)?.health).toBe('critical');
  });

  it('departures move with it', async () => {
    const company = new SetCompany(['a', 'b'], () => (company.roster.nodes.length === 1 ? 'a' : 'b'));
    const house = await withBoth(company);
    const other = await openHouse({ store: house.store, clock: house.clock });
    await house.clock.advance(31_000);
    await other.close();
    await house.clock.advance(1_000_000);
    expect(house.look(ours)?.health).toBe('critical');
    company.roster.goes('b', 'lost');
    await house.clock.advance(31_000);
    expect(house.look(ours)).toBeUndefined();
  });
});

describe('a node that leaves', () => {
  it('hands over all that it heard, and from then on tells everybody', async () => {
    const company = new SetCompany(['a', 'b', 'c']);
    const house = await open(company);
    const all = Array.from({ length: 30 }, (_, at) => registration({ id: `i${at}` }));
    for (const one of all) await house.registrar.register(one, someone);
    for (const one of all) await house.registrar.heartbeat(one, someone);
    await house.clock.advance(1000);
    company.roster.leaves('a');
    await house.clock.advance(500);
    company.handed.length = 0;
    expect(await house.attendance.leave()).toBe(company.roster.revision);
    expect(company.handed.flatMap(({ heard }) => heard.map(({ who }) => who)).toSorted()).toEqual(
      all.map(({ id }) => nameOf(id)).toSorted(),
    );
    expect(new Set(company.handed.map(({ to }) => to))).toEqual(new Set(['b', 'c']));
    company.handed.length = 0;
    const beat = house.registrar.heartbeat(all[0] as typeof ours, someone);
    await Promise.resolve();
    await house.clock.advance(10);
    await beat;
    expect(company.handed.map(({ to }) => to)).toEqual(['b', 'c']);
  });

  it('says so if somebody did not take it', async () => {
    const company = new SetCompany(['a', 'b']);
    const house = await withBoth(company);
    await house.registrar.heartbeat(theirs, someone);
    company.roster.leaves('a');
    company.unreachable.add('b');
    expect(await house.attendance.leave()).toBe(null);
  });
});
