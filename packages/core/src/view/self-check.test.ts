import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Log } from '../ports/log.js';
import type { Meter } from '../ports/meter.js';
import { openHouse } from '../registrar/house.fixture.js';
import { encodedEntry, type EncodedRecord } from '../records/encoded.js';
import { shownBy, step, take } from './history.fixture.js';
import { registration, someone } from '../catalog/instance.fixture.js';
import { recordKey } from '../records/keys.js';
import { SelfCheck } from './self-check.js';
import { encodeUtf8 } from '../records/utf8.js';

type House = Awaited<ReturnType<typeof openHouse>>;

function checkOf(house: House) {
  let repairs = 0;
  const errors: unknown[] = [];
  const log: Log = { info: () => undefined, warn: () => undefined, error: (_text, details) => void errors.push(details) };
  const counter = { add: (amount = 1) => void (repairs += amount) };
  const meter: Meter = { counter: () => counter, histogram: () => ({ observe: () => undefined }), gauge: () => undefined };
  const check = new SelfCheck({ store: house.store.asStore, catalog: house.catalog, clock: house.clock, log, meter });
  return { check, errors, repairs: () => repairs };
}

/** A round takes its time. */
async function through(house: House, round: Promise<void>): Promise<void> {
  const progress = { isOver: false };
  void round.finally(() => (progress.isOver = true));
  while (!progress.isOver) await house.clock.advance(1_000);
  await round;
}

async function houseOf(count: number): Promise<House> {
  const house = await openHouse();
  for (let n = 0; n < count; n++) {
    await house.registrar.register(registration({ id: `i${n}`, service: n % 3 === 0 ? 'orders' : 'payments', ttl: 'none' }), someone);
  }
  await house.registrar.setMode(registration({ id: 'i1' }), { mode: 'out' }, someone);
  return house;
}

const gone = (key: EncodedRecord['key']): EncodedRecord => ({ key, value: null, createRevision: 0, revision: 0 });

describe('the comparison of view and log', () => {
  it('finds nothing where nothing is wrong', async () => {
    const house = await houseOf(10);
    const { check, repairs, errors } = checkOf(house);
    await through(house, check.round());
    expect({ repairs: repairs(), errors }).toEqual({ repairs: 0, errors: [] });
    await house.close();
  });

  it('mends what is missing, what is too much, what is old and what says something else, and counts it', async () => {
    const house = await houseOf(10);
    const before = shownBy(house.view);
    const key = (id: string, service = 'payments') => recordKey('instances', registration({ id, service }));
    const [entry] = (await house.store.range({ range: { from: key('i4'), to: null }, limit: 1 })).entries;
    if (entry === undefined) throw new Error('It is not there.');
    const other = encodeUtf8(new TextDecoder().decode(entry.value).replace('10.0.0.5', '10.0.0.6'));
    house.catalog.repair([
      gone(key('i2')),
      gone(recordKey('intents', registration({ id: 'i1' }))),
      {
        ...encodedEntry(entry),
        key: key('i0', 'orders'),
        value: encodeUtf8(new TextDecoder().decode(entry.value).replaceAll('payments', 'orders').replace('i4', 'i0')),
        revision: 1,
      },
      { ...encodedEntry(entry), value: other },
      { ...encodedEntry(entry), key: key('ghost'), value: encodeUtf8(new TextDecoder().decode(entry.value).replace('i4', 'ghost')) },
    ]);
    expect(shownBy(house.view)).not.toEqual(before);
    const { check, repairs, errors } = checkOf(house);
    await through(house, check.round());
    expect(shownBy(house.view)).toEqual(before);
    expect(repairs()).toBe(5);
    expect(errors.length).toBeGreaterThan(0);
    await through(house, check.round());
    expect(repairs()).toBe(5);
    await house.close();
  });

  it('never mends a view that only changes, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const house = await openHouse();
        const { check, repairs } = checkOf(house);
        const progress = { isOver: false };
        const rounds = (async () => {
          while (!progress.isOver) await check.round();
        })();
        for (const one of steps) {
          await take(house, one);
          await house.clock.advance(25);
        }
        progress.isOver = true;
        await through(house, rounds);
        const fresh = await openHouse({ store: house.store, clock: house.clock });
        expect({ repairs: repairs(), shown: shownBy(house.view) }).toEqual({ repairs: 0, shown: shownBy(fresh.view) });
        check.close();
        await house.close();
        await fresh.close();
      }),
      { numRuns: 40 },
    );
  });

  it('lets a view be that does not follow the log', async () => {
    const house = await houseOf(4);
    house.catalog.repair([gone(recordKey('instances', registration({ id: 'i2' })))]);
    const { check, repairs } = checkOf(house);
    house.store.range = () => Promise.reject(new Error('away'));
    house.store.loseWatchers();
    check.start();
    await house.clock.advance(30 * 60 * 1000);
    expect(repairs()).toBe(0);
    check.close();
    await house.close();
  });

  it('runs by itself, once in ten minutes', async () => {
    const house = await houseOf(4);
    const { check, repairs } = checkOf(house);
    check.start();
    house.catalog.repair([gone(recordKey('instances', registration({ id: 'i2' })))]);
    await house.clock.advance(5 * 60 * 1000);
    expect(repairs()).toBe(0);
    await house.clock.advance(10 * 60 * 1000);
    expect(repairs()).toBe(1);
    check.close();
    await house.close();
  });
});

describe('the comparison of keys of others', () => {
  const path = (id: string) => encodeUtf8(`pay/${id}`);
  const value = (port: number) => encodeUtf8(JSON.stringify({ Addr: `1.2.3.4:${port}` }));

  it('finds nothing where nothing is wrong, and mends what was missed', async () => {
    const house = await openHouse({ lens: 'everything' });
    for (let n = 0; n < 6; n++) await house.store.commit({ then: [{ type: 'put', key: path(`i${n}`), value: value(n + 1) }] });
    await house.store.commit({ then: [{ type: 'put', key: encodeUtf8('plain'), value: encodeUtf8('{}') }] });
    await house.clock.advance(0);
    const before = shownBy(house.view);
    const { check, repairs, errors } = checkOf(house);
    await through(house, check.round());
    expect({ repairs: repairs(), errors }).toEqual({ repairs: 0, errors: [] });
    house.catalog.claims.take([{ type: 'delete', key: path('i1'), previous: null }], () => gone(path('i1')));
    house.catalog.repair([gone(recordKey('instances', registration({ service: 'pay', id: 'i2' })))]);
    house.catalog.retake({ type: 'delete', key: path('i3'), previous: null });
    const ghost = { key: path('ghost'), value: value(9), createRevision: 3, modRevision: 3, version: 1, lease: 0n };
    house.catalog.retake({ type: 'put', entry: ghost, previous: null });
    expect(shownBy(house.view)).not.toEqual(before);
    await through(house, check.round());
    expect(shownBy(house.view)).toEqual(before);
    expect(repairs()).toBe(4);
    await through(house, check.round());
    expect(repairs()).toBe(4);
    await house.close();
  });
});
