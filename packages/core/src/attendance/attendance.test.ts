import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../errors.js';
import { registration, someone } from '../catalog/instance.fixture.js';
import type { Registration } from '../catalog/registration.js';
import { openHouse, type House } from '../registrar/house.fixture.js';

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function open(like: Partial<House> = {}): Promise<House> {
  const house = await openHouse(like);
  houses.push(house);
  return house;
}

const one = registration();

async function withOne(fields: Readonly<Record<string, unknown>> = {}): Promise<{ house: House; one: Registration }> {
  const house = await open();
  const mine = registration(fields);
  await house.registrar.register(mine, someone);
  return { house, one: mine };
}

describe('a heartbeat', () => {
  it('keeps an instance passing, and writes nothing', async () => {
    const { house } = await withOne();
    const { revision } = house.view;
    for (let beat = 0; beat < 30; beat++) {
      await house.clock.advance(29_000);
      await house.registrar.heartbeat(one, someone);
    }
    expect(house.look(one)?.health).toBe('passing');
    expect(house.view.revision).toBe(revision);
  });

  it('is of an age, if one is waited for', async () => {
    const { house } = await withOne();
    await house.clock.advance(20_000);
    const [still, stranger] = [registration({ id: 'still', ttl: 'none' }), registration({ id: 'nobody' })];
    await house.registrar.register(still, someone);
    expect([one, still, stranger].map((ref) => house.attendance.heardAgeMs(ref))).toEqual([20_000, null, null]);
    await house.registrar.heartbeat(one, someone);
    expect(house.attendance.heardAgeMs(one)).toBe(0);
  });

  it('that does not come in time makes the instance critical, and leaves it listed', async () => {
    const { house } = await withOne();
    await house.clock.advance(29_900);
    expect(house.look(one)?.health).toBe('passing');
    await house.clock.advance(300);
    expect(house.look(one)).toMatchObject({
      health: 'critical',
      verdicts: { heartbeat: { reason: 'lapse', output: 'no heartbeat for 30s' } },
    });
  });

  it('brings a lapsed instance back before it is answered', async () => {
    const { house } = await withOne();
    await house.clock.advance(60_000);
    await house.registrar.heartbeat(one, someone);
    expect(house.look(one)).toMatchObject({ health: 'passing', verdicts: { heartbeat: { status: 'passing', reason: 'heartbeat' } } });
    await house.clock.advance(29_000);
    expect(house.look(one)?.health).toBe('passing');
  });

  it('of a departed instance is refused', async () => {
    const { house } = await withOne();
    await house.clock.advance(121_000);
    expect(house.look(one)).toBeUndefined();
    await expect(house.registrar.heartbeat(one, someone)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that arrives while its lapse is being written takes the lapse back', async () => {
    const { house } = await withOne();
    let beat: Promise<void> | undefined;
    house.store.beforeCommit = (commit) => {
      if (commit.when !== undefined) beat ??= house.registrar.heartbeat(one, someone);
    };
    await house.clock.advance(30_500);
    await beat;
    expect(house.look(one)?.health).toBe('passing');
  });

  it('says so when the log does not take the recovery, which is then tried again', async () => {
    const { house } = await withOne();
    await house.clock.advance(31_000);
    house.store.beforeCommit = () => {
      throw new RollcallError('store-full', 'The disk is full.');
    };
    await expect(house.registrar.heartbeat(one, someone)).rejects.toMatchObject({ code: 'outcome-unknown' });
    house.store.beforeCommit = () => undefined;
    await house.clock.advance(2000);
    expect(house.look(one)?.health).toBe('passing');
  });
});

describe('departure', () => {
  it('follows when the term is over, and takes registration and verdicts in one revision', async () => {
    const { house } = await withOne();
    await house.clock.advance(119_000);
    expect(house.look(one)?.health).toBe('critical');
    const { revision } = house.view;
    await house.clock.advance(2000);
    expect(house.look(one)).toBeUndefined();
    expect(house.view.revision).toBe(revision + 1);
  });

  it.each([
    ['at once where the term is nothing', { deregisterAfter: 0 }, 31_000, true],
    ['never where there is none', { deregisterAfter: 'none' }, 3_000_000, false],
    ['never of a static instance', { ttl: 'none' }, 3_000_000, false],
    ['after the shortest ttl', { ttl: '200ms', deregisterAfter: '1s' }, 1500, true],
  ])('comes %s', async (_what, fields, waitedMs, gone) => {
    const { house, one: mine } = await withOne(fields);
    await house.clock.advance(waitedMs);
    expect(house.look(mine) === undefined).toBe(gone);
  });

  it('does not follow where somebody registered again meanwhile', async () => {
    const { house } = await withOne();
    await house.clock.advance(119_900);
    await house.registrar.register(one, someone);
    await house.clock.advance(29_000);
    expect(house.look(one)?.health).toBe('passing');
  });
});

describe('after a restart', () => {
  async function restarted(house: House): Promise<House> {
    await house.close();
    return open({ store: house.store, clock: house.clock });
  }

  it('everybody has a full ttl', async () => {
    const { house } = await withOne();
    await house.clock.advance(29_000);
    const next = await restarted(house);
    await house.clock.advance(29_000);
    expect(next.look(one)?.health).toBe('passing');
    await house.clock.advance(2000);
    expect(next.look(one)?.health).toBe('critical');
  });

  it('a departure is not put off for ever', async () => {
    let { house } = await withOne();
    await house.clock.advance(31_000);
    for (const waitedMs of [20_000, 20_000, 15_000]) {
      house = await restarted(house);
      await house.clock.advance(waitedMs);
      expect(house.look(one)?.health).toBe('critical');
    }
    house = await restarted(house);
    await house.clock.advance(36_000);
    expect(house.look(one)).toBeUndefined();
  });

  it('a lapsed instance is not back by itself, but by its beat', async () => {
    const { house } = await withOne();
    await house.clock.advance(31_000);
    const next = await restarted(house);
    await house.clock.advance(1000);
    expect(next.look(one)?.health).toBe('critical');
    await next.registrar.heartbeat(one, someone);
    expect(next.look(one)?.health).toBe('passing');
  });
});

describe('a node that slept', () => {
  it('marks nobody absent who could not be heard', async () => {
    const { house } = await withOne();
    await house.clock.advance(20_000);
    await house.clock.sleep(3_600_000);
    await house.clock.advance(9000);
    expect(house.look(one)?.health).toBe('passing');
    expect(house.complaints).toEqual([expect.stringContaining('away')]);
    await house.clock.advance(2000);
    expect(house.look(one)?.health).toBe('critical');
  });
});

describe('attendance', () => {
  it('tries again when a verdict could not be written', async () => {
    const { house } = await withOne();
    house.store.beforeCommit = () => {
      throw new RollcallError('store-full', 'The disk is full.');
    };
    await house.clock.advance(33_000);
    expect(house.look(one)?.health).toBe('passing');
    expect(house.complaints).not.toEqual([]);
    house.store.beforeCommit = () => undefined;
    await house.clock.advance(2000);
    expect(house.look(one)?.health).toBe('critical');
  });

  it('follows whoever registers with another ttl', async () => {
    const { house } = await withOne();
    await house.registrar.register(registration({ ttl: '1s' }), someone);
    await house.clock.advance(1300);
    expect(house.look(one)?.health).toBe('critical');
  });

  it('learns of everybody anew after history was lost', async () => {
    const { house } = await withOne();
    house.store.loseWatchers();
    const other = registration({ id: 'other' });
    await Promise.all([house.clock.advance(10), house.registrar.register(other, someone)]);
    await house.clock.advance(31_000);
    expect([house.look(one)?.health, house.look(other)?.health]).toEqual(['critical', 'critical']);
  });

  it('finds everybody passing who beats in time, and nobody passing who does not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 100, max: 2500 }), { minLength: 1, maxLength: 12 }), async (pauses) => {
        const house = await open();
        const beating = registration({ ttl: '1s', deregisterAfter: 'none' });
        await house.registrar.register(beating, someone);
        for (const pauseMs of pauses) {
          await house.clock.advance(pauseMs);
          // Noticed at most one tick late, and written at once.
          if (pauseMs < 1000) expect(house.look(beating)?.health).toBe('passing');
          if (pauseMs > 1200) expect(house.look(beating)?.health).toBe('critical');
          await house.registrar.heartbeat(beating, someone);
          expect(house.look(beating)?.health).toBe('passing');
        }
      }),
      { numRuns: 25 },
    );
  });
});
