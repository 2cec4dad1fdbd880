import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registration, someone } from '../catalog/instance.fixture.js';
import { recordKey } from '../records/keys.js';
import { decodeUtf8, encodeUtf8 } from '../records/utf8.js';
import { singleKey } from '../store/key-range.js';
import { openHouse, type House } from './house.fixture.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const one = registration({ ttl: 'none', metadata: { a: '1', b: '2' } });

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await house.registrar.register(one, someone);
});
afterEach(() => house.close());

async function stored(): Promise<unknown> {
  const { entries } = await house.store.range({ range: singleKey(recordKey('intents', one)) });
  return entries[0] && (JSON.parse(decodeUtf8(entries[0].value)) as unknown);
}

const out = (): Promise<unknown> => house.registrar.setMode(one, { mode: 'out', reason: 'new disk' }, someone);
const drain = (more = {}): Promise<unknown> => house.registrar.setMode(one, { mode: 'draining', ...more }, someone);
const leave = (): Promise<unknown> => house.registrar.deregister(one, someone);
const come = (): Promise<unknown> => house.registrar.register(one, someone);
const mode = (): string | undefined => house.look(one)?.mode;

/** A long while in which nobody needs to look every tenth of a second. */
async function later(ms: number): Promise<void> {
  await house.clock.sleep(ms);
  await house.clock.advance(2500);
}

describe('a mode', () => {
  it('is shown at once, with who said it and why, and answered as it is shown', async () => {
    const { instance, revision } = await house.registrar.setMode(one, { mode: 'out', reason: 'new disk' }, someone);
    expect(house.look(one)).toEqual(instance);
    expect(instance).toMatchObject({ mode: 'out', intentRevision: revision, intent: { mode: { reason: 'new disk', owner: 'operator' } } });
  });

  it('said again is nothing new', async () => {
    await drain({ drainTimeMs: 5000 });
    const { revision } = house.view;
    await house.clock.advance(10);
    await drain({ drainTimeMs: 5000 });
    expect(house.view.revision).toBe(revision);
  });

  it('in leaves nothing behind', async () => {
    await out();
    await house.registrar.setMode(one, { mode: 'in' }, someone);
    expect([mode(), await stored()]).toEqual(['in', undefined]);
  });

  it('of nobody is refused, and nothing is written', async () => {
    await leave();
    const { revision } = house.store;
    await expect(out()).rejects.toMatchObject({ code: 'not-found' });
    expect(house.store.revision).toBe(revision);
  });
});

describe('what survives', () => {
  it.each([
    ['out', 'a registration', { mode: 'out' }, [come], 'out'],
    ['out', 'a departure', { mode: 'out' }, [leave, come], 'out'],
    ['its own drain', 'no registration', { mode: 'draining' }, [come], 'in'],
    ['its own drain', 'no departure', { mode: 'draining' }, [leave, come], 'in'],
    ['an operator’s drain', 'a registration', { mode: 'draining', owner: 'operator' }, [come], 'draining'],
    ['an operator’s drain', 'no departure', { mode: 'draining', owner: 'operator' }, [leave, come], 'in'],
    ['an instance’s own out', 'a departure', { mode: 'out', owner: 'instance' }, [leave, come], 'out'],
  ] as const)('%s survives %s', async (_what, _event, change, steps, expected) => {
    await house.registrar.setMode(one, change, someone);
    for (const step of steps) await step();
    expect(mode()).toBe(expected);
  });

  it('a departure takes registration, verdicts and a drain in one revision', async () => {
    await drain();
    const { revision } = house.store;
    await leave();
    expect(house.store.revision).toBe(revision + 1);
    expect(await stored()).toBeUndefined();
  });

  it('out waits for a day and no longer, and somebody clears it', async () => {
    await out();
    await leave();
    await house.clock.sleep(DAY_MS - 5000);
    expect(await stored()).toMatchObject({ mode: { mode: 'out' } });
    await house.clock.advance(10_000);
    expect(await stored()).toBeUndefined();
    await come();
    expect(mode()).toBe('in');
  });

  it('who comes back within the day finds it, and it no longer ends', async () => {
    await out();
    await leave();
    await house.clock.sleep(DAY_MS - 5000);
    await come();
    expect(await stored()).not.toHaveProperty('keepUntilMs');
    await later(2 * DAY_MS);
    expect(mode()).toBe('out');
  });

  it('is nothing that is over, though nobody has cleared it yet', async () => {
    const intent = { format: 1, mode: { mode: 'out', owner: 'operator', sinceMs: 0 }, keepUntilMs: house.clock.wallMs() - 1 };
    await leave();
    await house.store.commit({ then: [{ type: 'put', key: recordKey('intents', one), value: encodeUtf8(JSON.stringify(intent)) }] });
    await come();
    expect([mode(), await stored()]).toEqual(['in', undefined]);
  });

  it('what was left behind by whoever did not know of it gets its day too', async () => {
    await out();
    await house.store.commit({ then: [{ type: 'delete', range: singleKey(recordKey('instances', one)) }] });
    await house.clock.advance(2000);
    expect(await stored()).toHaveProperty('keepUntilMs');
    await later(DAY_MS);
    expect(await stored()).toBeUndefined();
  });

  it('what was found about somebody who is not there any more goes, and stays of one whom only others can read', async () => {
    const key = recordKey('instances', one);
    const health = singleKey(recordKey('health', one));
    const put = (value: Uint8Array): Promise<unknown> => house.store.commit({ then: [{ type: 'put', key, value }] });
    const found = async (): Promise<number> => (await house.store.range({ range: health })).entries.length;
    const verdict = encodeUtf8('{"format":1,"verdicts":{"disk":{"status":"critical","sinceMs":0,"reason":"probe"}}}');
    await house.store.commit({ then: [{ type: 'put', key: health.from, value: verdict }] });
    await later(2000);
    expect(await found()).toBe(1);
    await put(encodeUtf8('{"format":99}'));
    await later(2000);
    expect([await found(), house.look(one)]).toEqual([1, undefined]);
    await house.store.commit({ then: [{ type: 'delete', range: singleKey(key) }] });
    await later(2000);
    expect(await found()).toBe(0);
  });

  it('a lapse departs as a goodbye does', async () => {
    const beating = registration({ id: 'beating' });
    await house.registrar.register(beating, someone);
    await house.registrar.setMode(beating, { mode: 'out' }, someone);
    await house.clock.advance(125_000);
    expect(house.look(beating)).toBeUndefined();
    await house.registrar.register(beating, someone);
    expect(house.look(beating)?.mode).toBe('out');
  });
});

describe('the end of a drain', () => {
  it('takes out whoever drained itself', async () => {
    await drain({ drainTimeMs: 10_000 });
    await house.clock.advance(9000);
    expect(mode()).toBe('draining');
    await house.clock.advance(2500);
    expect([house.look(one), await stored()]).toEqual([undefined, undefined]);
  });

  it('is seen to by the node that has the duty, also if it gets it only then', async () => {
    await house.close();
    let isOurs = false;
    house = await openHouse({ store: house.store, clock: house.clock, duty: { isOurs: () => isOurs } });
    await drain({ drainTimeMs: 10_000 });
    await later(10_000);
    expect(mode()).toBe('draining');
    isOurs = true;
    await house.clock.advance(2500);
    expect(mode()).toBeUndefined();
  });

  it('leaves whomever an operator drained, out', async () => {
    await drain({ drainTimeMs: 10_000, owner: 'operator', reason: 'move' });
    await house.clock.advance(12_000);
    expect(house.look(one)).toMatchObject({ mode: 'out', intent: { mode: { reason: 'move', untilMs: null } } });
  });

  it('does not come where somebody thought better of it', async () => {
    await drain({ drainTimeMs: 10_000 });
    await house.registrar.setMode(one, { mode: 'in' }, someone);
    await house.clock.advance(20_000);
    expect(mode()).toBe('in');
  });

  it('comes also after a restart', async () => {
    await drain({ drainTimeMs: 10_000 });
    await house.close();
    const next = await openHouse({ store: house.store, clock: house.clock });
    await house.clock.advance(12_000);
    expect(next.look(one)).toBeUndefined();
    await next.close();
  });

  it('is tried again when the log does not take it', async () => {
    await drain({ drainTimeMs: 1000 });
    house.store.beforeCommit = () => {
      throw new Error('the disk is full');
    };
    await house.clock.advance(5000);
    expect(mode()).toBe('draining');
    house.store.beforeCommit = () => undefined;
    await house.clock.advance(2000);
    expect(house.look(one)).toBeUndefined();
  });
});

describe('a patch', () => {
  const patch = (change: object): Promise<unknown> => house.registrar.patch(one, change, someone);

  it('is laid over what the registration says, and answered as it is shown', async () => {
    const { instance } = await house.registrar.patch(one, { metadata: { b: '3', c: '4' }, weight: 7, tags: ['x'] }, someone);
    expect(house.look(one)).toEqual(instance);
    expect(instance).toMatchObject({ metadata: { a: '1', b: '3', c: '4' }, weight: 7, tags: ['x'] });
  });

  it('does not move the incarnation, nor the registration', async () => {
    const before = house.look(one);
    await patch({ weight: 7 });
    expect(house.look(one)).toMatchObject({ incarnation: before?.incarnation, revision: before?.revision });
  });

  it.each([
    ['an entry away', [{ metadata: { b: null } }], { metadata: { a: '1' } }],
    ['and an entry back', [{ metadata: { b: null } }, { metadata: { b: '5' } }], { metadata: { a: '1', b: '5' } }],
    ['an own entry away again', [{ metadata: { c: '1' } }, { metadata: { c: null } }], { metadata: { a: '1', b: '2' } }],
    [
      'all of it back',
      [
        { metadata: { c: '1' }, weight: 3 },
        { metadata: null, weight: null },
      ],
      { metadata: { a: '1', b: '2' }, weight: 1 },
    ],
    ['one thing, not another', [{ weight: 3 }, { tags: ['t'] }], { weight: 3, tags: ['t'] }],
    ['a prototype', [{ metadata: JSON.parse('{"__proto__":"x"}') as object }], { weight: 1 }],
  ])('takes %s', async (_what, changes, expected) => {
    for (const change of changes) await patch(change);
    expect(house.look(one)).toMatchObject(expected);
  });

  it('that takes all of itself back leaves no record', async () => {
    await patch({ metadata: { c: '1' }, weight: 2 });
    await patch({ metadata: { c: null }, weight: null });
    expect(await stored()).toBeUndefined();
  });

  it('survives a registration and a departure', async () => {
    await patch({ weight: 7 });
    await house.registrar.register(registration({ ttl: 'none', weight: 3 }), someone);
    expect(house.look(one)?.weight).toBe(7);
    await leave();
    await come();
    expect(house.look(one)?.weight).toBe(7);
    await patch({ weight: null });
    expect(house.look(one)?.weight).toBe(1);
  });

  it('of more than an instance may carry is refused, by name', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 127 }, (_, at) => [`k${at}`, 'v']));
    await expect(patch({ metadata })).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('metadata') as string,
    });
  });

  it('of the same makes no revision', async () => {
    await patch({ weight: 7 });
    const { revision } = house.view;
    await patch({ weight: 7, metadata: {} });
    expect(house.view.revision).toBe(revision);
  });
});

describe('an override of the status', () => {
  it('counts for more than all checks, until it is taken back', async () => {
    const beating = registration({ id: 'beating' });
    await house.registrar.register(beating, someone);
    await house.registrar.overrideStatus(beating, { health: 'critical', reason: 'wrong build' }, someone);
    expect(house.look(beating)).toMatchObject({ health: 'critical', verdicts: {} });
    await house.registrar.register(beating, someone);
    expect(house.look(beating)?.health).toBe('critical');
    const { instance } = await house.registrar.overrideStatus(beating, null, someone);
    expect(instance.health).toBe('passing');
  });
});

describe('what a newer program said', () => {
  it('is kept', async () => {
    const intent = { format: 1, weight: 3, future: { kept: true } };
    await house.store.commit({ then: [{ type: 'put', key: recordKey('intents', one), value: encodeUtf8(JSON.stringify(intent)) }] });
    await out();
    expect(await stored()).toMatchObject({ weight: 3, future: { kept: true }, mode: { mode: 'out' } });
  });
});
