import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InstanceList } from './instance-list.js';
import type { Instance } from './shapes.js';
import { someInstance } from './some-instance.fixture.js';

function listOf(...instances: readonly Instance[]): InstanceList {
  const list = new InstanceList();
  list.takeSnapshot({ service: 'payments', revision: 1, instances });
  return list;
}

const ids = (instances: readonly Instance[]): readonly string[] => instances.map(({ id }) => id);
const ref = (id: string) => ({ namespace: 'default', service: 'payments', id });

describe('the list of instances', () => {
  it('is in the order in which people count', () => {
    const list = listOf(...['p10', 'p2', 'p1'].map((id) => someInstance({ id })));
    expect(ids(list.instances)).toEqual(['p1', 'p2', 'p10']);
  });

  it('follows what changes', () => {
    const list = listOf(someInstance({ id: 'a' }), someInstance({ id: 'c' }));
    list.takeChange({ upserts: [someInstance({ id: 'b' }), someInstance({ id: 'c', health: 'critical' })], removes: [ref('a')] });
    expect(list.instances.map(({ id, health }) => [id, health])).toEqual([
      ['b', 'passing'],
      ['c', 'critical'],
    ]);
  });

  it('begins anew with a snapshot, and has the name as it is spelled', () => {
    const list = listOf(someInstance({ id: 'a' }));
    list.takeSnapshot({ service: 'Payments', revision: 9, instances: [] });
    expect([list.service, list.size, list.instances]).toEqual(['Payments', 0, []]);
  });

  it('is after any changes what a snapshot then would make it', () => {
    const id = fc.constantFrom('a', 'a1', 'a01', 'a2', 'A', 'b', 'ä', '-', 'z9');
    const change = fc.record({ upserts: fc.array(id, { maxLength: 4 }), removes: fc.array(id, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const list = listOf();
        const kept = new Map<string, Instance>();
        changes.forEach(({ upserts, removes }, at) => {
          const came = upserts.map((one) => someInstance({ id: one, revision: at }));
          // Looking at it between two changes puts it in order.
          if (at % 3 === 0) void list.instances;
          list.takeChange({ upserts: came, removes: removes.map(ref) });
          for (const one of removes) kept.delete(one);
          for (const one of came) kept.set(one.id, one);
        });
        expect(list.instances).toEqual(listOf(...kept.values()).instances);
        expect(list.size).toBe(kept.size);
      }),
    );
  });
});

describe('a search', () => {
  const list = listOf(
    someInstance({ id: 'pay-1', host: '10.0.0.1', tags: ['Blue'], zone: 'eu-1a', metadata: { team: 'Money' } }),
    someInstance({ id: 'pay-2', host: 'fe80::1', port: 9000, version: '1.4.2', health: 'critical' }),
    someInstance({ id: 'pay-3', machine: 'rack-7', mode: 'out' }),
  );

  it.each<[string, readonly string[]]>([
    ['', ['pay-1', 'pay-2', 'pay-3']],
    ['PAY-2', ['pay-2']],
    ['10.0.0.1:8080', ['pay-1']],
    ['team=money', ['pay-1']],
    ['eu blue', ['pay-1']],
    ['blue 1.4', []],
    ['rack', ['pay-3']],
    ['  1.4.2\t9000 ', ['pay-2']],
  ])('for %j finds %j', (search, found) => {
    expect(ids(list.matching(search, 'all'))).toEqual(found);
  });

  it('sees what has changed since the last one', () => {
    list.takeChange({ upserts: [someInstance({ id: 'pay-3', tags: ['new'] })], removes: [] });
    expect([ids(list.matching('rack', 'all')), ids(list.matching('new', 'all'))]).toEqual([[], ['pay-3']]);
  });

  it('is within a state', () => {
    expect(ids(list.matching('pay', 'critical'))).toEqual(['pay-2']);
    expect(ids(list.matching('pay', 'rotation'))).toEqual(['pay-1', 'pay-3']);
  });
});
