import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkFailure } from './link.js';
import { Doubled, refOf, spring, type Answer, type Told } from './server.fixture.js';

const LEASE_MS = 90_000;

/** What happens to an instance, or to the way to the server; then some time passes. */
type Happening =
  | { readonly what: 'comes' | 'changes' | 'leaves' | 'moves there'; readonly id: string }
  | { readonly what: 'the server forgets' }
  | { readonly what: 'the link'; readonly is: 'whole' | 'cut' | 'cut behind' | 'odd' };

const happenings: fc.Arbitrary<readonly (readonly [Happening, number])[]> = fc.array(
  fc.tuple(
    fc.oneof(
      fc.record({ what: fc.constantFrom('comes', 'changes', 'leaves', 'moves there'), id: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ what: fc.constant('the server forgets' as const) }),
      fc.record({ what: fc.constant('the link' as const), is: fc.constantFrom('whole', 'cut', 'cut behind', 'odd') }),
    ) as fc.Arbitrary<Happening>,
    fc.constantFrom(0, 100, 700, 5000, 40_000),
  ),
  { maxLength: 25 },
);

/** A server as it is meant: leases, and whoever it does not know it says so of. */
class Model {
  readonly #server: Doubled;
  readonly #leases = new Map<string, { colour: string; untilMs: number }>();
  link: Extract<Happening, { what: 'the link' }>['is'] = 'whole';

  constructor(server: Doubled) {
    this.#server = server;
    server.answer = (batch) => this.#answer(batch);
  }

  forget(): void {
    this.#leases.clear();
  }

  get known(): Readonly<Record<string, string>> {
    const nowMs = this.#server.clock.monotonicMs();
    const living = [...this.#leases].filter(([, { untilMs }]) => untilMs > nowMs);
    return Object.fromEntries(living.map(([id, { colour }]) => [id, colour]));
  }

  #answer(batch: readonly Told[]): Answer {
    if (this.link === 'cut') return new LinkFailure('away', 'cut');
    const answers = batch.map((told) => this.#take(told));
    if (this.link === 'cut behind') return new LinkFailure('busy', 'its answer is lost');
    return this.link === 'odd' ? '<html></html>' : answers;
  }

  #take({ action, id, instanceInfo }: Told): number {
    const untilMs = this.#server.clock.monotonicMs() + LEASE_MS;
    const known = this.known[id];
    if (action === 'Register') {
      this.#leases.set(id, { colour: instanceInfo?.metadata['colour'] ?? '', untilMs });
      return 200;
    }
    if (action === 'Cancel') return this.#leases.delete(id) ? 200 : 404;
    if (known === undefined) return 404;
    this.#leases.set(id, { colour: known, untilMs });
    return 200;
  }
}

/** The one under test, what the server knows, and what it should. */
async function play(script: readonly (readonly [Happening, number])[]): Promise<readonly [known: object, wanted: object]> {
  const server = new Doubled(() => turn());
  const model = new Model(server);
  const wanted = new Map<string, string>();
  let revision = 1;
  for (const [happening, ms] of script) {
    if (happening.what === 'the server forgets') model.forget();
    else if (happening.what === 'the link') model.link = happening.is;
    else {
      const { id, what } = happening;
      const colour = String(++revision);
      if (what === 'leaves') server.put(refOf(id), null);
      else if (what === 'moves there') {
        if (wanted.has(id)) server.put(refOf(id), spring(id, { isTold: true, revision }));
      } else if (what === 'comes' || wanted.has(id)) server.put(refOf(id), spring(id, { revision, metadata: { colour } }));
      if (what === 'comes' || (what === 'changes' && wanted.has(id))) wanted.set(id, colour);
      else if (what !== 'changes') wanted.delete(id);
    }
    await server.clock.advance(ms);
  }
  model.link = 'whole';
  // The longest wait for a server that is away, a round of heartbeats, and a lease.
  await server.clock.advance(30_000 + 31_000 + LEASE_MS);
  return [model.known, Object.fromEntries(wanted)];
}

describe('whatever happens', () => {
  it('a server knows in the end exactly who is here, and as it is', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (script) => {
        const [known, wanted] = await play(script);
        expect(known).toEqual(wanted);
      }),
      { numRuns: 100 },
    );
  });
});
