import { describe, expect, it } from 'vitest';
import { keyOf, MARK, planImport, wantedOf, type HealthRow } from './rows.js';

function row(
  node: string,
  id: string,
  more: Partial<HealthRow['Service']> = {},
  nodeMeta: Record<string, string> | null = null,
): HealthRow {
  return {
    Node: { Node: node, Address: '10.0.0.1', Meta: nodeMeta },
    Service: { ID: id, Service: 'web', Tags: null, Meta: null, Address: '', Port: 80, Weights: { Passing: 1, Warning: 1 }, ...more },
    Checks: [
      { CheckID: 'serfHealth', Name: 'Serf Health Status', Status: 'passing' },
      { CheckID: `service:${id}`, Name: 'c', Status: 'warning', Output: 'slow', ServiceID: id },
    ],
  };
}

const options = { source: 'consul/dc1', isForeign: (node: string) => node === 'theirs' };

describe('what is wanted', () => {
  it('is every row with its checks, marked', () => {
    const [wanted] = wantedOf([row('a', 'web-1', { Tags: ['t'], Meta: { k: 'v' } })], options).values();
    expect(wanted).toMatchObject({ node: 'a', service: 'web', id: 'web-1' });
    expect(wanted?.body).toMatchObject({
      Node: 'a',
      Address: '10.0.0.1',
      NodeMeta: { [MARK]: 'consul/dc1' },
      Service: { ID: 'web-1', Service: 'web', Tags: ['t'], Port: 80, Meta: { k: 'v', [MARK]: 'consul/dc1' } },
      Checks: [{ CheckID: 'serfHealth' }, { CheckID: 'service:web-1', Status: 'warning', Output: 'slow' }],
    });
  });

  it('says nothing that a Consul alone says of itself', () => {
    const [wanted] = wantedOf([row('a', '1', {}, { 'consul-version': '1.22.0', 'rack': '7' })], options).values();
    expect(wanted?.body).toMatchObject({ NodeMeta: { rack: '7', [MARK]: 'consul/dc1' } });
    expect(JSON.stringify(wanted)).not.toContain('consul-version');
  });

  it('is never a copy, nor what a registry says of itself', () => {
    const rows = [
      row('a', '1', { Meta: { [MARK]: 'consul/dc2' } }),
      row('b', '1', {}, { [MARK]: 'consul/dc2' }),
      row('c', 'consul', { Service: 'consul' }),
      row('d', '1'),
    ];
    expect([...wantedOf(rows, options).keys()]).toEqual([keyOf('d', '1')]);
  });

  it('leaves alone a node that is somebody else’s here', () => {
    const [wanted] = wantedOf([row('theirs', '1')], options).values();
    expect(wanted?.body).toMatchObject({ SkipNodeUpdate: true, Service: { Address: '10.0.0.1' }, Checks: [{ CheckID: 'service:1' }] });
    expect(wanted?.body).not.toHaveProperty('NodeMeta');
  });
});

describe('the plan', () => {
  const wanted = wantedOf([row('a', '1'), row('a', '2')], options);
  const present = new Map([
    [keyOf('a', '2'), { node: 'a', id: '2' }],
    [keyOf('a', '3'), { node: 'a', id: '3' }],
  ]);

  it('puts what is new or not known to be as it should be, and takes out what is gone', () => {
    const { puts, removes } = planImport(wanted, present, new Map());
    expect([puts.map(({ id }) => id), removes.map(({ id }) => id)]).toEqual([['1', '2'], ['3']]);
  });

  it('does nothing twice', () => {
    const applied = new Map([...wanted].map(([key, { body }]) => [key, JSON.stringify(body)]));
    expect(planImport(wanted, new Map(), applied)).toEqual({ puts: [], removes: [] });
  });
});
