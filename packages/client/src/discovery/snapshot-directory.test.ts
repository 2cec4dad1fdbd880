/** What a program starts from that starts while its registry is away. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Trouble } from '../telling.js';
import { Discovery } from './discovery.js';
import type { LiveService } from './live-service.js';
import { instance, SimulatedRegistry, nobodyPicks } from './simulated-registry.fixture.js';

let clock: SimulatedClock;
let registry: SimulatedRegistry;
let directory: string;
let troubles: Trouble[];
const opened: Discovery[] = [];

beforeEach(async () => {
  clock = new SimulatedClock();
  registry = new SimulatedRegistry(clock);
  registry.put(instance('1'), instance('2'));
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
  troubles = [];
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await rm(directory, { recursive: true, force: true });
});

function discovery(snapshots = join(directory, 'views')): Discovery {
  const surroundings = { clock, random: new SeededRandom(1), namespace: 'default', trouble: (trouble: Trouble) => troubles.push(trouble) };
  const one = new Discovery({ snapshots }, { client: registry, holdPool: nobodyPicks, ...surroundings });
  opened.push(one);
  return one;
}

/** A program that heard of everything, and ended. */
async function earlierLife(): Promise<void> {
  const before = discovery();
  await before.service('payments').ready();
  await before.close();
}

const ids = (live: LiveService): string => live.current.map(({ id }) => id).join(' ');
const files = async (): Promise<readonly string[]> =>
  (await readdir(join(directory, 'views'))).filter((name) => name.endsWith('.json')).map((name) => join(directory, 'views', name));

describe('a snapshot', () => {
  it('is what one starts from where no registry answers, with its age', async () => {
    await earlierLife();
    await clock.advance(3_600_000);
    registry.become('down');
    const live = discovery().service('payments', { fallback: ['10.0.0.9:80'] });
    await live.ready();
    expect([ids(live), live.source, live.ageMs, live.state.state]).toEqual(['1 2', 'snapshot', 3_600_000, 'away']);
    await clock.advance(1000);
    expect(live.ageMs).toBe(3_601_000);
    registry.become('well');
    registry.remove('1');
    await clock.advance(2000);
    expect([ids(live), live.source]).toEqual(['2', 'registry']);
  });

  it('says what is doubted of another log', async () => {
    await earlierLife();
    registry.lose();
    registry.put(instance('2'), instance('3'));
    registry.become('down');
    const live = discovery().service('payments');
    await live.ready();
    registry.become('well');
    await clock.advance(0);
    await clock.advance(2000);
    expect([ids(live), live.doubted]).toEqual(['1 2 3', 1]);
  });

  it('is not asked where the registry answers', async () => {
    await earlierLife();
    registry.remove('1', '2');
    const live = discovery().service('payments');
    await live.ready();
    expect([ids(live), live.source]).toEqual(['', 'registry']);
  });

  it('is written once for many changes, and again now and then because it is still so', async () => {
    const all = discovery();
    const live = all.service('payments');
    await live.ready();
    for (let at = 0; at < 50; at++) registry.put(instance('2', { weight: at }));
    await clock.advance(1000);
    const [file = ''] = await settled(files);
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ format: 1, instances: [{ id: '1' }, { id: '2', weight: 49 }] });
    await clock.advance(660_000);
    await expect
      .poll(async () => (JSON.parse(await readFile(file, 'utf8')) as { asOfWallMs: number }).asOfWallMs)
      .toBeGreaterThan((JSON.parse(text) as { asOfWallMs: number }).asOfWallMs + 500_000);
    await all.close();
    // Nothing lies beside it.
    expect(await readdir(join(directory, 'views'))).toHaveLength(1);
  });

  it('does not let the directory grow for ever', async () => {
    const [old, left, young, foreign] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32), 'notes'];
    await mkdir(join(directory, 'views'));
    for (const [name, ageSeconds] of [
      [`${old}.json`, 31 * 86_400],
      [`${left}.json.77`, 7200],
      [`${young}.json`, 86_400],
      [`${foreign}.txt`, 99 * 86_400],
    ] as const) {
      const path = join(directory, 'views', name);
      await writeFile(path, '');
      const { mtimeMs } = await stat(path);
      await utimes(path, mtimeMs / 1000 - ageSeconds, mtimeMs / 1000 - ageSeconds);
    }
    await earlierLife();
    const names = await readdir(join(directory, 'views'));
    expect(names.filter((name) => name.startsWith('c') || name.startsWith('notes'))).toHaveLength(2);
    expect(names).toHaveLength(3);
  });

  it.each([
    ['half written', (text: string) => text.slice(0, text.length / 2)],
    ['of a later format', (text: string) => text.replace('"format":1', '"format":2')],
    ['of something else', (text: string) => text.replace('"key":"payments', '"key":"orders')],
    ['nonsense', () => '\0\xff{]'],
    ['empty', () => ''],
    ['without instances', (text: string) => text.replace('"instances":[{', '"instances":[null,{')],
  ])('that is %s is none', async (_name, spoil) => {
    await earlierLife();
    for (const file of await files()) await writeFile(file, spoil(await readFile(file, 'utf8')));
    registry.become('down');
    const live = discovery().service('payments', { fallback: ['10.0.0.9:80'] });
    await live.ready();
    expect(live.source).toBe('fallback');
  });

  it('that cannot be written is no reason not to work', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '');
    const all = discovery(path);
    const live = all.service('payments');
    await live.ready();
    await all.close();
    expect([ids(live), troubles.map(({ doing }) => doing)]).toEqual(['1 2', ['snapshot']]);
  });

  it('of one wish is not that of another', async () => {
    await earlierLife();
    registry.become('down');
    const live = discovery().service('payments', { tags: ['blue'], fallback: ['10.0.0.9:80'] });
    await live.ready();
    expect(live.source).toBe('fallback');
  });
});

/** Files are written in real time. */
async function settled<Value>(look: () => Promise<readonly Value[]>): Promise<readonly Value[]> {
  await expect.poll(() => look().catch(() => [])).toHaveLength(1);
  return look();
}
