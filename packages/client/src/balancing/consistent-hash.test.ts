import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tried } from './balancing.fixture.js';
import { ConsistentHash, type ConsistentHashOptions } from './consistent-hash.js';
import { Endpoint } from './endpoint.js';
import { instanceOf, instancesOf } from './instances.fixture.js';
import { hashOf } from './text-hash.js';

const clock = new SimulatedClock();
const KEYS = Array.from({ length: 400 }, (_, at) => `key-${at}`);

class Ring {
  readonly #balancer: ConsistentHash;
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(options: ConsistentHashOptions = {}) {
    this.#balancer = new ConsistentHash(new SeededRandom(1), options);
  }

  /** Weight 0 takes it away. */
  set(id: string, weight: number): void {
    const known = this.#endpoints.get(id);
    const endpoint = known ?? new Endpoint(instanceOf(id), { clock });
    if (weight === 0) {
      if (known !== undefined) this.#balancer.remove(known);
      this.#endpoints.delete(id);
      return;
    }
    endpoint.share = weight;
    if (known === undefined) this.#balancer.add(endpoint);
    else this.#balancer.reweigh(endpoint);
    this.#endpoints.set(id, endpoint);
  }

  owners(keys: readonly string[] = KEYS): readonly (string | undefined)[] {
    return keys.map((key) => this.#balancer.pick({ key })?.id);
  }

  get balancer(): ConsistentHash {
    return this.#balancer;
  }
}

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 25 });
const weight = fc.integer({ min: 1, max: 100 });

describe('a consistent hash', () => {
  it('finds the same endpoint for a key, whoever came first, and after whatever happened', () => {
    const event = fc.tuple(fc.integer({ min: 0, max: 25 }), fc.constantFrom(0, 1, 2, 3, 10, 64, 65, 1000, 65_535));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const lived = new Ring();
        for (const [id, weight] of events) lived.set(`i${id}`, weight);
        const last = new Map(events);
        const fresh = new Ring();
        for (const [id, weight] of [...last].toSorted(([a], [b]) => a - b)) if (weight > 0) fresh.set(`i${id}`, weight);
        expect(lived.owners()).toEqual(fresh.owners());
      }),
      { numRuns: 50 },
    );
  });

  it('moves no keys but those of who leaves', () => {
    fc.assert(
      fc.property(ids, fc.nat(), (ids, nth) => {
        const ring = new Ring();
        for (const id of ids) ring.set(`i${id}`, 1);
        const before = ring.owners();
        const leaver = `i${ids[nth % ids.length] ?? 0}`;
        ring.set(leaver, 0);
        ring.owners().forEach((owner, at) => {
          if (before[at] !== leaver) expect(owner).toBe(before[at]);
        });
      }),
    );
  });

  it('moves no keys but to who comes', () => {
    fc.assert(
      fc.property(ids, (ids) => {
        const ring = new Ring();
        for (const id of ids) ring.set(`i${id}`, 1);
        const before = ring.owners();
        ring.set('new', 1);
        ring.owners().forEach((owner, at) => {
          if (owner !== before[at]) expect(owner).toBe('new');
        });
      }),
    );
  });

  it('moves keys only to or from whose weight changes, while it is not the heaviest', () => {
    fc.assert(
      fc.property(ids, weight, weight, (ids, before, after) => {
        const ring = new Ring();
        ring.set('heavy', 100);
        for (const id of ids) ring.set(`i${id}`, (id % 9) + 1);
        ring.set('other', before);
        const owners = ring.owners();
        ring.set('other', after);
        ring.owners().forEach((owner, at) => {
          if (owner !== owners[at]) expect(after > before ? owner : owners[at]).toBe('other');
        });
      }),
    );
  });

  it('is the same in every version of this program: keys would move otherwise', () => {
    const ring = new Ring();
    for (let at = 0; at < 10; at++) ring.set(`i${at}`, 1);
    expect(ring.owners(['a', 'b', 'customer-1', 'customer-2', 'ключ', ''])).toMatchInlineSnapshot(`
      [
        "i9",
        "i1",
        "i9",
        "i0",
        "i5",
        "i9",
      ]
    `);
    expect(['', 'a', 'customer-1'].map((text) => hashOf(text))).toMatchInlineSnapshot(`
      [
        2872998923,
        444641715,
        3902211816,
      ]
    `);
  });

  it('gives each about its weight of the keys', () => {
    const many = Array.from({ length: 50_000 }, (_, at) => `${at}`);
    const ring = new Ring();
    for (let at = 0; at < 20; at++) ring.set(`i${at}`, at < 10 ? 1 : 4);
    const owners = ring.owners(many);
    for (let at = 0; at < 20; at++) {
      const share = owners.filter((owner) => owner === `i${at}`).length / many.length;
      expect(share / ((at < 10 ? 1 : 4) / 50)).toBeGreaterThan(0.5);
      expect(share / ((at < 10 ? 1 : 4) / 50)).toBeLessThan(1.6);
    }
  });
});

describe('a popular key', () => {
  it('drowns nobody: nobody has more calls than a quarter above its share', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 1, max: 300 }),
        (weights, calls) => {
          const { pool } = tried(
            instancesOf(weights.length, (at) => ({ weight: weights[at] as number })),
            { balancer: 'consistent-hash', hash: { outstandingMin: 1 } },
          );
          for (let call = 0; call < calls; call++) pool.pick({ key: 'popular' })?.begin();
          const whole = weights.reduce((a, b) => a + b);
          for (const { outstanding, instance } of pool.endpoints()) {
            expect(outstanding).toBeLessThanOrEqual(Math.ceil((1.25 * calls * instance.weight) / whole));
          }
        },
      ),
    );
  });

  it('stays where it is as long as few calls go on', () => {
    const { pool } = tried(instancesOf(20), { balancer: 'consistent-hash' });
    const chosen = Array.from({ length: 8 }, () => pool.pick({ key: 'popular' })?.begin().endpoint.id);
    expect(new Set(chosen).size).toBe(1);
    expect(pool.pick({ key: 'popular' })?.id).not.toBe(chosen[0]);
  });

  it('comes back when calls have ended, those of who has left too', () => {
    const { pool } = tried(instancesOf(3), { balancer: 'consistent-hash' });
    const calls = Array.from({ length: 30 }, () => pool.pick({ key: 'popular' })?.begin());
    pool.update(instancesOf(2));
    for (const call of calls) call?.end({ kind: 'answered' });
    expect(new Set(Array.from({ length: 8 }, () => pool.pick({ key: 'popular' })?.begin().endpoint.id)).size).toBe(1);
  });
});

describe('a second try', () => {
  it('of the same key goes to the same other one, until there is nobody', () => {
    const { pool } = tried(instancesOf(5), { balancer: 'consistent-hash' });
    const order = (): readonly (string | undefined)[] => {
      const exclude = new Set<Endpoint>();
      return Array.from({ length: 6 }, () => {
        const chosen = pool.pick({ key: 'k', exclude });
        if (chosen !== undefined) exclude.add(chosen);
        return chosen?.id;
      });
    };
    expect(order()).toEqual(order());
    expect(order().at(-1)).toBeUndefined();
    expect(new Set(order()).size).toBe(6);
  });
});

it('without a key, chance decides', () => {
  const { counts } = tried(instancesOf(4), { balancer: 'consistent-hash' });
  expect(Math.min(...counts(1000))).toBeGreaterThan(50);
});

it('refuses a load factor that nobody could keep', () => {
  expect(() => new Ring({ loadFactor: 1 })).toThrow('loadFactor is 1; above 1 is possible');
});
