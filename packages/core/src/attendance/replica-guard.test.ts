import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registration, someone } from '../catalog/instance.fixture.js';
import { openHouse, type House } from '../registrar/house.fixture.js';
import { usualGuard } from './guard.js';
import { ReplicaGuard } from './replica-guard.js';

const FLEET = 40;
let house: House;
let guard: ReplicaGuard;
beforeEach(async () => {
  house = await openHouse();
  const { view, clock } = house;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  guard = new ReplicaGuard({ store: house.store.asStore, view, clock, log, settings: usualGuard });
  await guard.start();
  for (let at = 0; at < FLEET; at++) {
    await house.registrar.register(registration({ id: `i${at}`, ttl: '1s', deregisterAfter: '1s' }), someone);
  }
});
afterEach(async () => {
  guard.close();
  await house.close();
});

/** Until the guard of the full node beside it has let go whom it may. */
async function allFallSilent(): Promise<void> {
  await house.clock.advance(10_000);
}

describe('the guard of a replica', () => {
  it('says what the full nodes have written', async () => {
    expect(guard.report(someone)).toMatchObject({ holding: false, held: 0, presentAtStart: FLEET, left: 10 });
    await allFallSilent();
    expect(guard.report(someone)).toMatchObject({ holding: true, departed: 10, left: 0, held: FLEET - 10 });
  });

  it('lets all go, who then depart at the full nodes', async () => {
    await allFallSilent();
    expect(await guard.release({}, someone)).toBe(FLEET - 10);
    await house.clock.advance(5000);
    expect(guard.report(someone)).toMatchObject({ held: 0 });
    expect(await guard.release({}, someone)).toBe(0);
  });

  it('sends whoever means some of them elsewhere', async () => {
    const { namespace, service } = registration();
    const other = registration({ service: 'other', id: 'o1', ttl: '1s', deregisterAfter: '1s' });
    await house.registrar.register(other, someone);
    await allFallSilent();
    expect(house.look(other)?.held).toBe(true);
    await expect(guard.release({ namespace, service }, someone)).rejects.toMatchObject({ code: 'invalid-request' });
    expect(await guard.release({ namespace: 'empty' as typeof namespace }, someone)).toBe(0);
    expect(await guard.release({ namespace }, someone)).toBe(FLEET + 1 - 10);
  });
});
