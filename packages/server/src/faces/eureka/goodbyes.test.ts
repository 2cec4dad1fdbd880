import { SimulatedClock } from '@rollcall/conformance';
import type { CatalogView, FeedListener, Instance, Verdict } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { Goodbyes } from './goodbyes.js';
import { plain, refOf, spring } from './outward/server.fixture.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What `spring` says of itself. */
const DIRTY_MS = 1000;

class House {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly goodbyes: Goodbyes;
  #listener: FeedListener | null = null;

  constructor() {
    const follow: CatalogView['follow'] = (listener) => {
      this.#listener = listener;
      return () => void (this.#listener = null);
    };
    this.goodbyes = new Goodbyes({ view: { follow } as CatalogView, clock: this.clock });
    this.goodbyes.start();
  }

  changed(previous: Instance | null, current: Instance | null): void {
    const ref = previous ?? current;
    if (ref !== null) this.#listener?.changed({ revision: 2, services: [], machines: [], changes: [{ ref, previous, current }] });
  }

  /** Whether the goodbye counts more than a registration that says so. */
  outweighs(id: string, lastDirtyMs = DIRTY_MS, registeredAtMs: number | null = null): boolean {
    return this.goodbyes.outweigh(refOf(id), { lastDirtyMs, registeredAtMs });
  }
}

function found(instance: Instance, type: string, verdict: Pick<Verdict, 'reason' | 'sinceMs'>): Instance {
  const id = instance.checks.find((check) => (check.type === 'heartbeat') === (type === 'heartbeat'))?.id ?? '';
  return { ...instance, health: 'critical', verdicts: { [id]: { status: 'critical', output: '', ...verdict } } };
}

describe('a goodbye', () => {
  it('counts more than what was known when it was said, and less than what is newer', () => {
    const house = new House();
    house.changed(spring('a'), null);
    expect([house.outweighs('b'), house.outweighs('a', DIRTY_MS - 1), house.outweighs('a')]).toEqual([false, true, true]);
    expect(house.outweighs('a', DIRTY_MS + 1)).toBe(false);
    // Whoever is there again by a newer word is not refused by an older one of the same.
    expect(house.outweighs('a')).toBe(false);
  });

  it('counts less than a registration that came to another registry later, though it says the same', () => {
    const house = new House();
    house.changed(spring('a'), null);
    const leftAtMs = house.clock.wallMs();
    expect(house.outweighs('a', DIRTY_MS, leftAtMs - 1)).toBe(true);
    expect(house.outweighs('a', DIRTY_MS, leftAtMs + 1)).toBe(false);
  });

  it('of one of another protocol counts from its registration', () => {
    const house = new House();
    const one = plain('p');
    house.changed(one, null);
    const word = { lastDirtyMs: one.registeredAtMs, registeredAtMs: null };
    expect(house.goodbyes.outweigh(one, word)).toBe(true);
    expect(house.goodbyes.outweigh(one, { ...word, lastDirtyMs: one.registeredAtMs + 1 })).toBe(false);
  });

  it('is over when it registers here again', () => {
    const house = new House();
    house.changed(spring('a'), null);
    house.changed(null, spring('a'));
    expect(house.outweighs('a')).toBe(false);
  });

  it('is not remembered longer than somebody could say the contrary from memory', async () => {
    const house = new House();
    house.changed(spring('a'), null);
    // However long that registry was away.
    await house.clock.advance(60 * MINUTE_MS);
    expect(house.outweighs('a')).toBe(true);
    await house.clock.advance(90_000);
    expect(house.outweighs('a')).toBe(true);
    await house.clock.advance(11_000);
    // For longer than a lease: it is heard there.
    expect(house.outweighs('a')).toBe(false);
  });

  it('is remembered for a day, of the last ten thousand', async () => {
    const house = new House();
    for (let at = 0; at < 10_002; at++) house.changed(plain(`p${at}`), null);
    expect(house.goodbyes.size).toBe(10_000);
    house.changed(spring('a'), null);
    await house.clock.advance(DAY_MS + 1);
    expect(house.outweighs('a')).toBe(false);
    house.changed(spring('b'), null);
    expect(house.goodbyes.size).toBe(1);
    house.goodbyes.close();
    expect(house.goodbyes.size).toBe(0);
  });

  it('is what is said here: what another server tells, it may take back', () => {
    const house = new House();
    house.changed(spring('a', { isTold: true }), null);
    expect(house.outweighs('a')).toBe(false);
    expect(house.goodbyes.size).toBe(0);
  });

  it('is what somebody says, and no lapse', () => {
    const house = new House();
    const nowMs = house.clock.wallMs();
    const lapsed = (sinceMs: number): Instance => found(spring('a'), 'heartbeat', { reason: 'lapse', sinceMs });
    house.changed(lapsed(nowMs - 90_000), null);
    expect(house.outweighs('a')).toBe(false);
    // It says goodbye though its heartbeats had not come, or its port is closed already.
    house.changed(lapsed(nowMs - 30_000), null);
    expect(house.outweighs('a')).toBe(true);
    house.changed(found(spring('b'), 'tcp', { reason: 'probe', sinceMs: nowMs - 5000 }), null);
    expect(house.outweighs('b')).toBe(true);
  });
});
