import { afterEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../errors.js';
import { registration, someone } from '../catalog/instance.fixture.js';
import { SetCompany } from '../cluster/company.fixture.js';
import { openHouse, type House } from './house.fixture.js';

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

const [ours, ofB, ofC, stranger] = ['ours', 'of-b', 'of-c', 'stranger'].map((id) => registration({ id })) as [
  ReturnType<typeof registration>,
  ReturnType<typeof registration>,
  ReturnType<typeof registration>,
  ReturnType<typeof registration>,
];

async function open(company: SetCompany): Promise<House> {
  const house = await openHouse({ company });
  houses.push(house);
  for (const one of [ours, ofB, ofC]) await house.registrar.register(one, someone);
  return house;
}

const among = (...names: readonly string[]): SetCompany =>
  new SetCompany(names, (text) => (text.endsWith('of-b') ? 'b' : text.endsWith('of-c') ? 'c' : 'a'));

async function loseLog(house: House): Promise<void> {
  const away = (): Promise<never> => Promise.reject(new RollcallError('store-unavailable', 'The engine is away.'));
  Object.assign(house.store, { range: away, status: away, commit: away });
  house.store.loseWatchers();
  await house.clock.advance(100);
  expect(house.view.staleSinceMs).not.toBeNull();
}

/** What becomes of a heartbeat of each, one by one and all at once. */
async function answers(house: House): Promise<readonly string[]> {
  const all = [ours, ofB, ofC, stranger];
  const said = (error: unknown): string => (error === null ? 'taken' : (error as RollcallError).code);
  const beats = Promise.all(all.map((one) => house.registrar.heartbeat(one, someone).then(() => 'taken', said)));
  const many = house.registrar.heartbeats(
    all.map(({ namespace, id }) => ({ namespace, id, service: null })),
    someone,
  );
  for (let turn = 0; turn < 5; turn++) await house.clock.advance(10);
  const one = await beats;
  expect((await many).map(said)).toEqual(one);
  return one;
}

const away = 'store-unavailable';

describe('heartbeats on a cluster', () => {
  it('are all taken while the log answers, whoever can be reached', async () => {
    const company = among('a', 'b', 'c');
    const house = await open(company);
    company.unreachable.add('b').add('c');
    expect(await answers(house)).toEqual(['taken', 'taken', 'taken', 'not-found']);
  });

  it('are taken without the log where they are ours, or whose they are can be reached; and nobody is unknown', async () => {
    const company = among('a', 'b', 'c');
    const house = await open(company);
    company.unreachable.add('c');
    await loseLog(house);
    expect(await answers(house)).toEqual(['taken', 'taken', away, away]);
    company.unreachable.clear();
    expect(await answers(house)).toEqual(['taken', 'taken', 'taken', away]);
  });

  it('are refused by a node that reaches neither the log nor the others', async () => {
    const company = among('a', 'b', 'c');
    const house = await open(company);
    company.unreachable.add('b').add('c');
    await loseLog(house);
    expect(await answers(house)).toEqual([away, away, away, away]);
  });

  it('are taken by a node that never had others', async () => {
    const company = new SetCompany(['a']);
    const house = await open(company);
    await loseLog(house);
    company.member = false;
    expect(await answers(house)).toEqual(['taken', 'taken', 'taken', away]);
  });

  it('wait until every other node has been told, where it is not certain that this one is a member', async () => {
    const company = among('a', 'b', 'c');
    const house = await open(company);
    await loseLog(house);
    company.member = false;
    expect(await answers(house)).toEqual(['taken', 'taken', 'taken', away]);
    const told = (to: string): number => company.handed.filter((one) => one.to === to).flatMap(({ heard }) => heard).length;
    expect([told('b'), told('c')]).toEqual([6, 6]);
    company.unreachable.add('c');
    expect(await answers(house)).toEqual([away, away, away, away]);
  });

  it('are refused where the others are gone from sight', async () => {
    const company = among('a', 'b');
    const house = await open(company);
    company.roster.goes('b', 'lost');
    await loseLog(house);
    company.member = false;
    expect(await answers(house)).toEqual([away, away, away, away]);
  });

  it('that were refused meanwhile harm nobody: afterwards everybody has a full ttl', async () => {
    const company = among('a', 'b', 'c');
    const house = await open(company);
    company.member = false;
    await house.clock.advance(60_000);
    company.member = true;
    await house.clock.advance(29_000);
    expect(house.look(ours)?.health).toBe('passing');
    await house.clock.advance(2000);
    expect(house.look(ours)?.health).toBe('critical');
  });
});
