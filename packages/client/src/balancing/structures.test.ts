import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Endpoint } from './endpoint.js';
import { EndpointHeap } from './endpoint-heap.js';
import { instanceOf } from './instances.fixture.js';
import { chiSquare, sum } from './statistics.fixture.js';
import { WeighedPlaces } from './weighed-places.js';

const clock = new SimulatedClock();
const share = fc.constantFrom(0.1, 0.25, 1, 1, 1, 2, 3, 1000);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), share }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), at: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change' as const), at: fc.nat(1000), share }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Does the steps to a list, and tells of each what it was done to. */
function follow(
  steps: readonly Step[],
  told: {
    add: (endpoint: Endpoint) => void;
    remove: (endpoint: Endpoint) => void;
    change: (endpoint: Endpoint) => void;
    check: (endpoints: readonly Endpoint[]) => void;
  },
): void {
  const endpoints: Endpoint[] = [];
  for (const one of steps) {
    if (one.do === 'add') {
      const endpoint = new Endpoint(instanceOf(`i${endpoints.length}`), { clock });
      endpoint.share = one.share;
      endpoints.push(endpoint);
      told.add(endpoint);
    } else if (endpoints.length > 0) {
      const at = one.at % endpoints.length;
      const endpoint = endpoints[at] as Endpoint;
      if (one.do === 'remove') {
        endpoints.splice(at, 1);
        told.remove(endpoint);
      } else {
        endpoint.share = one.share;
        told.change(endpoint);
      }
    }
    told.check(endpoints);
  }
}

describe('places that are weighed', () => {
  it('know their sum, whether all are alike, and each place by a number', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const places = new WeighedPlaces();
        follow(steps, {
          add: (endpoint) => places.add(endpoint),
          remove: (endpoint) => places.remove(endpoint),
          change: (endpoint) => places.reweigh(endpoint),
          check: (endpoints) => {
            expect(places.length).toBe(endpoints.length);
            expect(places.total).toBeCloseTo(sum(endpoints.map(({ share }) => share)), 6);
            expect(places.even).toBe(new Set(endpoints.map(({ share }) => share)).size < 2);
            for (const endpoint of endpoints) expect(places.at(endpoint.place)).toBe(endpoint);
          },
        });
      }),
    );
  });

  it('draw each as often as its share is large, after many changes too', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 80 }), fc.integer(), (steps, seed) => {
        const places = new WeighedPlaces();
        let last: readonly Endpoint[] = [];
        follow(steps, {
          add: (endpoint) => places.add(endpoint),
          remove: (endpoint) => places.remove(endpoint),
          change: (endpoint) => places.reweigh(endpoint),
          check: (endpoints) => (last = endpoints),
        });
        fc.pre(last.length > 1 && last.every(({ share }) => share < 1000));
        const random = new SeededRandom(seed);
        const counts = last.map(() => 0);
        for (let draw = 0; draw < 5000; draw++) {
          const at = last.indexOf(places.draw(random) as Endpoint);
          counts[at] = (counts[at] as number) + 1;
        }
        const { statistic, critical } = chiSquare(
          counts,
          last.map(({ share }) => share),
        );
        // Of many tries one may be rare; none may be absurd.
        expect(statistic).toBeLessThan(2 * critical);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a heap of endpoints', () => {
  it('has the least at its top, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.boolean(), (steps, renumbers) => {
        const heap = new EndpointHeap();
        const numbers = new Map<Endpoint, readonly [number, number]>();
        const number = (endpoint: Endpoint): readonly [number, number] => {
          const its = [Math.ceil(endpoint.share), numbers.size] as const;
          numbers.set(endpoint, its);
          return its;
        };
        follow(steps, {
          add: (endpoint) => heap.add(endpoint, ...number(endpoint)),
          remove: (endpoint) => heap.remove(endpoint),
          change: (endpoint) => (renumbers && endpoint.share > 2 ? heap.renumber(number) : heap.move(endpoint, ...number(endpoint))),
          check: (endpoints) => {
            const [first] = endpoints.toSorted((a, b) => compare(numbers.get(a), numbers.get(b)));
            expect(heap.length).toBe(endpoints.length);
            expect(heap.top && numbers.get(heap.top)).toEqual(first && numbers.get(first));
            if (heap.top !== undefined) expect(heap.firstOf(heap.top)).toBe(numbers.get(heap.top)?.[0]);
          },
        });
      }),
    );
  });
});

function compare([a0, a1]: readonly [number, number] = [0, 0], [b0, b1]: readonly [number, number] = [0, 0]): number {
  return a0 - b0 || a1 - b1;
}
