import { Namespace, type ServiceName, type MachineName } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { ConsulScene, instanceFrom } from '../consul.fixture.js';
import { consulItself } from '../itself.js';

function scene() {
  const made = new ConsulScene();
  const { catalog } = made.context;
  return { made, catalog, of: (name: string) => catalog.ofService(name as ServiceName, consulItself) };
}

describe('the index of a service', () => {
  it('moves with its own instances, and not with those of others', () => {
    const { made, of } = scene();
    const first = made.show(instanceFrom({ id: 'a' }));
    expect(of('web')).toBe(first);
    made.show(instanceFrom({ id: 'b', service: 'db' }));
    expect(of('web')).toBe(first);
    const last = made.gone(instanceFrom({ id: 'a' }));
    expect(of('web')).toBe(last);
    expect(of('WEB')).toBe(last);
  });

  it('moves with the machine that it is on, whatever of it changes', () => {
    const { made, of } = scene();
    made.show(instanceFrom({ id: 'a', machine: 'm1' }), instanceFrom({ id: 'b', service: 'db', machine: 'm2' }));
    const moved = made.machine('m1', { metadata: { rack: 'r1' } });
    expect(of('web')).toBe(moved);
    expect(of('db')).toBe(moved - 1);
    expect(of('web')).toBe(moved);
    expect(made.noMachine('m1')).toBe(of('web'));
  });

  it('of one that nobody has is not above anything that was shown of it, nor below', () => {
    const { made, of } = scene();
    expect(of('never')).toBe(5);
    made.show(instanceFrom({ id: 'a', machine: 'm1' }));
    made.machine('m1', { metadata: { rack: 'r1' } });
    const gone = made.gone(instanceFrom({ id: 'a', machine: 'm1' }));
    expect(of('web')).toBe(gone);
  });

  it('begins at what the log holds, so that it is not below that of the life before', () => {
    const { made, of } = scene();
    made.show(instanceFrom({ id: 'a' }));
    const before = of('web');
    made.view.load({ epoch: 'e', revision: 20, instances: [instanceFrom({ id: 'a' })] });
    expect(of('web')).toBeGreaterThanOrEqual(before);
  });
});

describe('the index of names and tags', () => {
  it('moves when one of them comes or goes, and not otherwise', () => {
    const { made, catalog } = scene();
    expect(catalog.tags.of('web' as ServiceName)).toEqual([]);
    const came = made.show(instanceFrom({ id: 'a', tags: ['v1'] }));
    expect(catalog.names).toBe(came);
    made.show(instanceFrom({ id: 'b', tags: ['v1'] }));
    made.show(instanceFrom({ id: 'b', tags: ['v1'], metadata: { build: '2' } }));
    expect(catalog.names).toBe(came);
    const tagged = made.show(instanceFrom({ id: 'b', tags: ['v1', 'v2'] }));
    expect(catalog.names).toBe(tagged);
    expect(catalog.tags.of('web' as ServiceName)).toEqual(['v1', 'v2']);
    made.gone(instanceFrom({ id: 'a' }));
    expect(catalog.names).toBe(tagged);
    const untagged = made.show(instanceFrom({ id: 'b', tags: ['v1'] }));
    expect(catalog.names).toBe(untagged);
    expect(catalog.names).toBe(untagged);
    expect(made.gone(instanceFrom({ id: 'b' }))).toBe(catalog.names);
    expect(catalog.tags.of('web' as ServiceName)).toEqual([]);
  });
});

describe('the index of nodes', () => {
  it('moves with machines, and with the first and the last one on a place', () => {
    const { made, catalog } = scene();
    const first = made.show(instanceFrom({ id: 'a' }));
    expect(catalog.nodes).toBe(first);
    made.show(instanceFrom({ id: 'a', tags: ['x'] }));
    expect(catalog.nodes).toBe(first);
    expect(made.machine('m1')).toBe(catalog.nodes);
    expect(made.gone(instanceFrom({ id: 'a' }))).toBe(catalog.nodes);
  });

  it('moves when a node of the registry comes or goes, and so do the services on it', () => {
    const { made, catalog, of } = scene();
    made.show(instanceFrom({ id: 'a', machine: 'other' }));
    made.members.become(['other', 'self'], 50);
    expect([catalog.nodes, catalog.any, of('web')]).toEqual([50, 50, 50]);
    made.members.become(['self'], 60);
    expect([catalog.nodes, of('web')]).toEqual([60, 60]);
    expect([catalog.ofNode('other' as MachineName), catalog.ofNode('self' as MachineName)]).toEqual([60, 5]);
  });

  it('of other namespaces does not matter', () => {
    const { made, catalog } = scene();
    made.show(instanceFrom({ id: 'a', namespace: 'blue' }));
    expect([catalog.any, catalog.nodes, catalog.names]).toEqual([5, 5, 5]);
    expect(made.view.namespaces(consulItself)).not.toContain(Namespace.default);
  });
});
