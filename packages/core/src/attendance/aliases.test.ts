import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registration, someone } from '../catalog/instance.fixture.js';
import type { Health } from '../catalog/health.js';
import type { Registration } from '../catalog/registration.js';
import { openHouse, type House } from '../registrar/house.fixture.js';

let house: House;
beforeEach(async () => {
  house = await openHouse({
    prober: { order: () => undefined, drop: () => undefined, reports: (keys) => Promise.resolve(keys.map(() => null)) },
  });
});
afterEach(() => house.close());

const beating = (service: string, id: string): Registration => registration({ service, id, ttl: '30s', deregisterAfter: 'none' });
const following = (id: string, service: string, target?: string, ttl = 'none'): Registration =>
  registration({
    service: 'web',
    id,
    ttl,
    deregisterAfter: 'none',
    checks: [{ type: 'alias', service, ...(target ? { id: target } : {}) }],
  });

async function come(...ones: readonly Registration[]): Promise<void> {
  for (const one of ones) await house.registrar.register(one, someone);
  await house.clock.advance(50);
}

async function say(one: Registration, status: Health): Promise<void> {
  await house.registrar.heartbeat(one, someone, { status });
  await house.clock.advance(50);
}

const health = (one: Registration): Health | undefined => house.look(one)?.health;

describe('a check that follows another instance', () => {
  const db = beating('db', 'db-1');
  const web = following('web-1', 'db', 'db-1');

  it('is as that one is, whoever came first, and costs nothing while nothing changes', async () => {
    await come(web);
    expect([health(web), house.look(web)?.verdicts['alias']?.output]).toEqual(['critical', 'db-1 of db: nobody is there']);
    await come(db);
    expect(health(web)).toBe('passing');
    for (const status of ['warning', 'critical', 'passing'] as const) {
      await say(db, status);
      expect([health(web), house.look(web)?.verdicts['alias']?.output]).toEqual([status, `db-1 of db is ${status}`]);
    }
    const { revision } = house.view;
    for (let at = 0; at < 5; at++) {
      await house.registrar.heartbeat(db, someone);
      await house.clock.advance(10_000);
    }
    expect(house.view.revision).toBe(revision);
    await house.registrar.deregister(db, someone);
    await house.clock.advance(50);
    expect(health(web)).toBe('critical');
  });

  it('follows a service by its best instance that nobody took out', async () => {
    const [one, other, any] = [beating('db', 'a'), beating('db', 'b'), following('web-2', 'DB')];
    await come(one, other, any);
    await say(one, 'critical');
    expect(health(any)).toBe('passing');
    await house.registrar.setMode(other, { mode: 'out' }, someone);
    await house.clock.advance(50);
    expect(health(any)).toBe('critical');
  });

  it('follows one that follows another', async () => {
    const last = following('web-2', 'web', 'web-1');
    await come(db, web, last);
    await say(db, 'critical');
    expect([health(web), health(last)]).toEqual(['critical', 'critical']);
    await say(db, 'passing');
    await house.clock.advance(50);
    expect(house.complaints).toEqual([]);
    expect([health(web), health(last)]).toEqual(['passing', 'passing']);
  });

  it('in a circle does no harm: who is well again makes the others well', async () => {
    const ring = ['a', 'b', 'c'].map((id, at) => following(id, 'web', ['b', 'c', 'a'][at], '30s'));
    const itself = following('narcissus', 'web', 'narcissus');
    await come(...ring, itself);
    const all = [...ring, itself];
    expect(all.map(health)).toEqual(['passing', 'passing', 'passing', 'passing']);
    await say(ring[0] as Registration, 'critical');
    expect(ring.map(health)).toEqual(['critical', 'critical', 'critical']);
    await say(ring[0] as Registration, 'passing');
    expect(ring.map(health)).toEqual(['passing', 'passing', 'passing']);
  });

  it('forgets whom it does not follow any more', async () => {
    await come(db, web, following('web-1', 'cache', 'cache-1'));
    expect(health(web)).toBe('critical');
    await come(beating('cache', 'cache-1'));
    await say(db, 'critical');
    expect(health(web)).toBe('passing');
  });
});
