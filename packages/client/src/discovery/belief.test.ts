/** What is believed, as a law over everything that a registry may tell. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Belief } from './belief.js';
import { instance } from './simulated-registry.fixture.js';
import { termMs } from './term.js';

const idsOf = (belief: Belief): readonly string[] => belief.current.map(({ id }) => id);

describe('how long somebody is waited for', () => {
  it.each<[string | number, number]>([
    ['30s', 60_000],
    ['1m30s', 180_000],
    ['200ms', 30_000],
    [20_000, 40_000],
    ['24h', 300_000],
    ['none', 60_000],
  ])('with a ttl of %s: %d ms', (ttl, ms) => expect(termMs({ ttl })).toBe(ms));
});

describe('a belief', () => {
  const step = fc.record({
    act: fc.constantFrom('put', 'put', 'remove', 'lose', 'resync', 'wait', 'lag'),
    id: fc.constantFrom('1', '2', '3', '4', '5'),
    ms: fc.integer({ min: 0, max: 40_000 }),
  });

  it('never lacks anybody who is in rotation by the present log, and never keeps anybody longer than his term', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const belief = new Belief();
        let [epoch, revision, nowMs, lostMs] = [0, 100, 0, -Infinity];
        let log = new Map([['1', instance('1')]]);
        // Who was ever told of, and said to be gone by the log that is believed.
        const goodbyes = new Set<string>();
        const answer = (): void => belief.answered({ position: { epoch: `e${epoch}`, revision }, instances: [...log.values()] }, nowMs);
        answer();
        for (const { act, id, ms } of steps) {
          revision += 1;
          const position = { epoch: `e${epoch}`, revision };
          if (act === 'put') {
            log.set(id, instance(id));
            goodbyes.delete(id);
            belief.changed({ position, upserts: [instance(id)], removes: [] });
          } else if (act === 'remove') {
            log.delete(id);
            goodbyes.add(id);
            belief.changed({ position, upserts: [], removes: [{ id }] });
          } else if (act === 'lose') {
            [epoch, revision, lostMs, log] = [epoch + 1, 1, nowMs, new Map<string, ReturnType<typeof instance>>()];
            answer();
          } else if (act === 'resync') answer();
          else if (act === 'lag') belief.answered({ position: { ...position, revision: revision - 2 }, instances: [] }, nowMs);
          else nowMs += ms;
          // After a node that lags the next word comes from one that does not.
          if (act === 'lag') answer();
          belief.pass(nowMs);
          const shown = idsOf(belief);
          for (const present of log.keys()) expect(shown).toContain(present);
          for (const gone of goodbyes) expect(shown).not.toContain(gone);
          expect(belief.keptCount).toBe(shown.length - log.size);
          if (nowMs - lostMs >= 60_000) expect(shown).toEqual([...log.keys()].toSorted());
        }
      }),
    );
  });

  it('is the same list until something changes', () => {
    const belief = new Belief();
    const position = { epoch: 'e', revision: 1 };
    belief.answered({ position, instances: [instance('1'), instance('2')] }, 0);
    const { current } = belief;
    belief.answered({ position, instances: [instance('2'), instance('1')] }, 0);
    belief.changed({ position, upserts: [instance('1')], removes: [{ id: 'nobody' }] });
    expect(belief.current).toBe(current);
    belief.changed({ position, upserts: [instance('1', { weight: 2 })], removes: [] });
    expect([belief.current === current, belief.current[1] === current[1]]).toEqual([false, true]);
  });

  it.each([
    ['a', ['2', '4', '1', '3']],
    ['r/a', ['2', '1', '3', '4']],
    ['z', ['1', '2', '3', '4']],
  ])('lists those near %s first', (near, expected) => {
    const belief = new Belief(near);
    const places = { 1: { zone: 'b', region: 'r' }, 2: { zone: 'a', region: 'r' }, 3: { zone: 'c' }, 4: { zone: 'a', region: 'q' } };
    const instances = Object.entries(places).map(([id, place]) => instance(id, place));
    belief.answered({ position: { epoch: 'e', revision: 1 }, instances }, 0);
    expect(idsOf(belief)).toEqual(expected);
  });

  it('answers without a place in a log are answers', () => {
    const belief = new Belief();
    belief.answered({ position: { epoch: '', revision: 5 }, instances: [instance('1'), instance('2')] }, 0);
    belief.answered({ position: { epoch: '', revision: 6 }, instances: [instance('2')] }, 0);
    expect(idsOf(belief)).toEqual(['2']);
  });
});
