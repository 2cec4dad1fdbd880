import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registration, someone } from '../catalog/instance.fixture.js';
import { recordKey, refText } from '../records/keys.js';
import { encodeHealthRecord } from '../records/records.js';
import type { Registration } from '../catalog/registration.js';
import { decodeUtf8 } from '../records/utf8.js';
import { isRollcallError } from '../errors.js';
import type { Entry } from '../ports/store.js';
import { allKeys } from '../store/key-range.js';
import { openHouse, type House } from './house.fixture.js';
import { lateLog } from './late-log.fixture.js';
import { PlainLog } from './plain-log.fixture.js';

const variants: readonly Registration[] = [
  registration(),
  registration({ metadata: { colour: 'green' } }),
  registration({ id: registration().id, port: 9090 }),
];
const plain = variants[0] as Registration;

type Act = 'deregister' | 'ill' | 'silence' | 'out' | 'drain' | 'in' | number;

/** What somebody else does, who is not behind. */
async function act(house: House, what: Act): Promise<unknown> {
  const { registrar, store, clock } = house;
  if (typeof what === 'number') return registrar.register(variants[what] as Registration, someone);
  if (what === 'deregister') return registrar.deregister(plain, someone);
  if (what === 'silence') return clock.advance(31_000);
  if (what === 'ill') {
    const verdicts = { heartbeat: { status: 'critical', reason: 'heartbeat', sinceMs: 1, output: '' } } as const;
    const value = encodeHealthRecord({ verdicts, heldSinceMs: null, unknown: {} });
    return void (await store.commit({ then: [{ type: 'put', key: recordKey('health', plain), value }] }));
  }
  const owner = what === 'drain' ? 'instance' : 'operator';
  return registrar.setMode(plain, { mode: what === 'drain' ? 'draining' : what, owner }, someone);
}

/** What became of it: the answer, or the code of the refusal. Incarnations have a law of their own. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    const answer = { answered: await work };
    return JSON.parse(JSON.stringify(answer, withoutIncarnation)) as unknown;
  } catch (error) {
    if (isRollcallError(error)) return error.code;
    throw error;
  }
}

function withoutIncarnation(name: string, value: unknown): unknown {
  return name === 'incarnation' ? undefined : value;
}

async function recordsOf({ store }: House): Promise<readonly unknown[]> {
  const { entries } = await store.range({ range: allKeys });
  return entries.map(({ value, ...numbers }: Entry) => ({
    ...numbers,
    lease: 0,
    value: JSON.parse(decodeUtf8(value), withoutIncarnation) as unknown,
  }));
}

/** Until whatever was asked of a log in memory has been answered. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

interface Scene {
  readonly house: House;
  /** Its node falls behind the log after so many acts. */
  finish(acts: readonly Act[], behindAfter: number, last: Act): Promise<unknown>;
  incarnations: number[];
}

/** Two nodes over one log: one that acts and is up to date, and one that is behind and acts last. */
async function openScene(knows: boolean): Promise<Scene> {
  const store = new PlainLog();
  const late = lateLog(store.asStore);
  const other = await openHouse({ store });
  const house = await openHouse({
    store,
    clock: other.clock,
    through: late.store,
    ...(knows ? {} : { knowing: { known: () => null } }),
  });
  const incarnations: number[] = [];
  return {
    house,
    incarnations,
    async finish(acts, behindAfter, last) {
      for (const [at, what] of acts.entries()) {
        if (at === behindAfter) late.fallBehind();
        await outcome(act(other, what));
        const shown = other.look(plain);
        if (shown !== undefined) incarnations.push(shown.incarnation);
      }
      const asked = outcome(act(house, last));
      await settled();
      late.catchUp();
      const answer = await asked;
      await house.close();
      await other.close();
      return answer;
    },
  };
}

const anyAct: fc.Arbitrary<Act> = fc.constantFrom<Act>(0, 0, 1, 2, 'deregister', 'deregister', 'ill', 'out', 'drain', 'in');
const anyLast: fc.Arbitrary<Act> = fc.constantFrom<Act>(0, 1, 2, 'deregister');

describe('deciding by what is remembered', () => {
  it('comes to the same as reading first, however far the node is behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { maxLength: 7 }), fc.nat(7), anyLast, async (acts, behindAfter, last) => {
        const [knowing, reading] = [await openScene(true), await openScene(false)];
        const answers = [await knowing.finish(acts, behindAfter, last), await reading.finish(acts, behindAfter, last)];
        expect(answers[0]).toEqual(answers[1]);
        expect(await recordsOf(knowing.house)).toEqual(await recordsOf(reading.house));
      }),
      { numRuns: 150 },
    );
  });

  it.each<[string, readonly Act[], Act, boolean]>([
    ['registered and departed behind its back', [0, 'deregister'], 0, true],
    ['departed and registered again behind its back', [0, 'deregister', 0, 'deregister'], 0, true],
    ['moved behind its back', [0, 2], 0, true],
    ['lapsed behind its back', [0, 'silence'], 0, true],
    ['changed behind its back', [0, 1], 0, false],
    ['unchanged', [0], 0, false],
  ])('gives an incarnation that is greater than any before where it was %s', async (_what, acts, last, isNew) => {
    const scene = await openScene(true);
    await scene.finish(acts, 0, last);
    const latest = Math.max(...scene.incarnations);
    const incarnation = scene.house.look(plain)?.incarnation ?? 0;
    expect(incarnation > latest).toBe(isNew);
    expect(incarnation).toBeGreaterThanOrEqual(latest);
  });
});

describe('what a write costs the log', () => {
  it.each<[string, readonly Act[], Act, number]>([
    ['a newcomer', [], 0, 1],
    ['the same again', [0], 0, 1],
    ['a change', [0], 1, 1],
    ['a goodbye', [0], 'deregister', 1],
    ['a goodbye of nobody, who is looked for', [], 'deregister', 1],
    ['one that was overtaken', [0, 1], 2, 3],
  ])('%s: so many commits', async (_what, acts, last, commits) => {
    const store = new PlainLog();
    const house = await openHouse({ store });
    for (const what of acts.slice(0, 1)) await act(house, what);
    let asked = 0;
    store.beforeCommit = async () => {
      if (++asked > 1 || acts[1] === undefined) return;
      // Somebody else is faster.
      const other = await openHouse({ store, clock: house.clock });
      await act(other, acts[1]);
      await other.close();
      asked = 1;
    };
    await outcome(act(house, last));
    expect(asked).toBe(commits);
    await house.close();
  });

  it('of many, whoever was overtaken is written after the others', async () => {
    const store = new PlainLog();
    const house = await openHouse({ store });
    const many = ['a', 'b', 'c'].map((id) => registration({ id }));
    let first = true;
    store.beforeCommit = async () => {
      if (!first) return;
      first = false;
      await house.registrar.register(registration({ id: 'b', weight: 9 }), someone);
    };
    const results = await house.registrar.registerMany(many, someone);
    const revisions = new Map(results.map((one) => ('answer' in one ? [refText(one.answer.instance), one.answer.revision] : ['', 0])));
    const [a, b, c] = many.map((one) => revisions.get(refText(one)) ?? 0);
    expect(a).toBe(c);
    expect(b).toBeGreaterThan(a ?? Infinity);
    expect(house.look(registration({ id: 'b' }))?.weight).toBe(1);
    await house.close();
  });
});

describe('what it does not understand', () => {
  it('is not lost: such a registration is read before it is written', async () => {
    const house = await openHouse();
    await house.registrar.register(plain, someone);
    const key = recordKey('instances', plain);
    const [entry] = (await house.store.range({ range: allKeys })).entries;
    const text = decodeUtf8(entry?.value ?? new Uint8Array()).replace(/\}$/, ',"future":[1]}');
    await house.store.commit({ then: [{ type: 'put', key, value: new TextEncoder().encode(text) }] });
    await settled();
    await house.registrar.register(variants[1] as Registration, someone);
    expect(await recordsOf(house)).toMatchObject([{ value: { future: [1], metadata: { colour: 'green' } } }]);
    await house.close();
  });
});
