import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instance } from '../shapes.js';
import { balancers, type BalancerName } from './balancers.js';
import { instanceOf } from './instances.fixture.js';
import type { Call, OutcomeKind } from './outcome.js';
import { Pool } from './pool.js';

const names = Object.keys(balancers) as BalancerName[];
const kinds: readonly OutcomeKind[] = ['answered', 'failed', 'refused', 'timeout', 'reset', 'abandoned'];

type Step =
  | { readonly do: 'list'; readonly instances: readonly Instance[] }
  | { readonly do: 'eject'; readonly at: number; readonly forMs: number }
  | { readonly do: 'take back'; readonly at: number }
  | { readonly do: 'pick'; readonly key: string; readonly excluded: readonly number[]; readonly begins: boolean }
  | { readonly do: 'end'; readonly at: number; readonly kind: OutcomeKind }
  | { readonly do: 'wait'; readonly ms: number };

const instances = fc.uniqueArray(
  fc
    .record({
      id: fc.integer({ min: 0, max: 14 }),
      weight: fc.constantFrom(0, 1, 1, 1, 2, 5, 100),
      incarnation: fc.constantFrom(1, 1, 1, 2),
      zone: fc.constantFrom('a', 'b', 'c'),
      region: fc.constantFrom('eu', 'us'),
      mode: fc.constantFrom('in', 'in', 'in', 'draining'),
    } as const)
    .map(({ id, ...said }) => instanceOf(`i${id}`, said)),
  { selector: ({ id }) => id, maxLength: 15 },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const), instances }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('eject' as const), at: fc.nat(14), forMs: fc.nat(20_000) }) },
  fc.record({ do: fc.constant('take back' as const), at: fc.nat(14) }),
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('pick' as const),
      key: fc.string({ maxLength: 3 }),
      excluded: fc.array(fc.nat(14), { maxLength: 3 }),
      begins: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), at: fc.nat(20), kind: fc.constantFrom(...kinds) }) },
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20_000) }),
);

/** What is promised of every choice, whoever chooses. */
class Observed {
  readonly clock = new SimulatedClock(() => Promise.resolve());
  readonly pool: Pool;
  readonly calls: Call[] = [];
  listed: readonly Instance[] = [];

  constructor(name: BalancerName, zoned: boolean, seed: number) {
    const random = new SeededRandom(seed);
    this.pool = new Pool({
      clock: this.clock,
      random,
      balancer: name,
      hash: { outstandingMin: 1 },
      ...(zoned ? { zone: { zone: 'a', region: 'eu' } } : {}),
    });
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'list':
        this.listed = step.instances;
        return this.pool.update(step.instances);
      case 'eject':
        return this.#set(step.at, this.clock.monotonicMs() + step.forMs);
      case 'take back':
        return this.#set(step.at, undefined);
      case 'pick':
        return this.#pick(step);
      case 'end': {
        const [call] = this.calls.splice(step.at % Math.max(1, this.calls.length), 1);
        return call?.end({ kind: step.kind });
      }
      case 'wait':
        return this.clock.advance(step.ms);
    }
  }

  check(): void {
    const { pool } = this;
    expect(pool.size).toBe(this.listed.filter(({ mode }) => mode === 'in').length);
    expect(pool.outstanding).toBe(this.calls.length);
    for (const endpoint of pool.endpoints()) {
      expect(endpoint.outstanding).toBe(this.calls.filter((call) => call.endpoint === endpoint).length);
      expect(this.listed).toContain(endpoint.instance);
    }
  }

  #set(at: number, untilMs: number | undefined): void {
    const endpoint = [...this.pool.endpoints()][at];
    if (endpoint !== undefined) endpoint.ejectedUntil = untilMs;
  }

  #pick({ key, excluded, begins }: Step & { readonly do: 'pick' }): void {
    const members = [...this.pool.endpoints()];
    const exclude = new Set(excluded.flatMap((at) => members[at] ?? []));
    const chosen = this.pool.pick({ key, exclude });
    // Who has no weight is nobody's to call, unless nobody has any.
    const weightless = members.every(({ instance }) => instance.weight === 0);
    const untried = members.filter((endpoint) => !exclude.has(endpoint) && (weightless || endpoint.instance.weight > 0));
    expect(chosen === undefined).toBe(untried.length === 0);
    if (chosen === undefined) return;
    expect(untried).toContain(chosen);
    // Nor who is ejected, while others are there; in panic, all are.
    const unejected = untried.filter(({ ejectedUntil }) => ejectedUntil === undefined);
    if (!this.pool.panic && unejected.length > 0) expect(unejected).toContain(chosen);
    if (begins) this.calls.push(chosen.begin());
  }
}

describe.each(names)('%s', (name) => {
  it.each([false, true])('chooses only who may be chosen, and somebody if anybody is there; by zones: %s', async (zoned) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(step, { maxLength: 60 }), async (seed, steps) => {
        const observed = new Observed(name, zoned, seed);
        for (const one of steps) {
          await observed.take(one);
          observed.check();
        }
      }),
      { numRuns: 60 },
    );
  });
});
