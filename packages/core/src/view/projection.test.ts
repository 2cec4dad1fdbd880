import { beforeEach, describe, expect, it } from 'vitest';
import { defaultNamespace, instanceId, serviceName, someone } from '../catalog/instance.fixture.js';
import { machineKey } from '../records/keys.js';
import { encodeMachineRecord } from '../records/machine-record.js';
import { MachineName, Namespace } from '../catalog/names.js';
import { arrival, Feed, orders, payments } from './projection.fixture.js';

let feed: Feed;
beforeEach(() => {
  feed = new Feed();
});

describe('the revision of a service', () => {
  it('moves with it, and with nothing else', () => {
    feed.come('a');
    const before = feed.revisionOf(payments);
    expect(before).toBe(feed.revision);
    feed.come('a', { service: 'orders' });
    feed.come('b', { namespace: 'blue' });
    feed.write([machineKey('machines', { namespace: defaultNamespace, name: MachineName.parse('m') as MachineName }), null]);
    expect(feed.revisionOf(payments)).toBe(before);
    feed.turn('a', 'warning');
    expect(feed.revisionOf(payments)).toBe(feed.revision);
    expect(feed.revisionOf(serviceName('PAYMENTS'))).toBe(feed.revision);
  });

  it('answers for those that nobody knows, and for those that have left', () => {
    expect(feed.revisionOf(payments)).toBe(10);
    feed.come('a');
    feed.go('a');
    expect(feed.revisionOf(payments)).toBe(feed.revision);
    feed.come('a', { service: 'orders' });
    expect(feed.revisionOf(payments)).toBe(feed.revision - 1);
    expect(feed.revisionOf(serviceName('unheard-of'))).toBe(10);
  });

  it('is not below what it was when it is forgotten, and forgetting it costs nothing for ever', () => {
    feed.come('a');
    feed.go('a');
    const left = feed.revisionOf(payments);
    for (let at = 0; at < 5000; at++) {
      feed.come('x', { service: `passing-${at}` });
      feed.go('x', { service: `passing-${at}` });
    }
    expect(feed.revisionOf(payments)).toBeGreaterThanOrEqual(left);
    expect(feed.revisionOf(payments)).toBeLessThan(feed.revision);
    expect(feed.revisionOf(serviceName('unheard-of'))).toBe(feed.revisionOf(payments));
  });

  it('after a reading from scratch is where that stood: nothing is known of what was before', () => {
    feed.come('a');
    feed.view.begin({ epoch: 'e1', revision: 99 });
    const [key, value] = arrival('a');
    feed.view.page([{ key, value, createRevision: 5, revision: 6 }]);
    expect(feed.revisionOf(payments)).toBe(feed.revision);
    feed.view.finish();
    expect([feed.revisionOf(payments), feed.revisionOf(orders)]).toEqual([99, 99]);
  });
});

describe('the view', () => {
  it('answers the same object as long as nothing changed, and leaves alone what it answered', () => {
    feed.come('b');
    feed.come('a');
    const list = feed.view.instances(defaultNamespace, payments, someone);
    expect(feed.view.instances(defaultNamespace, payments, someone)).toBe(list);
    expect(list.map(({ id }) => id)).toEqual(['a', 'b']);
    feed.come('aa');
    feed.turn('a', 'warning');
    feed.go('b');
    expect(list.map(({ id, health }) => [id, health])).toEqual([
      ['a', 'passing'],
      ['b', 'passing'],
    ]);
    expect(feed.view.instances(defaultNamespace, payments, someone).map(({ id, health }) => [id, health])).toEqual([
      ['a', 'warning'],
      ['aa', 'passing'],
    ]);
  });

  it('finds an id that many services use, and each of them when the others have left', () => {
    const services = Array.from({ length: 50 }, (_, at) => `s${at}`);
    services.forEach((service) => feed.come('1', { service }));
    const found = (): number => feed.view.instancesById(defaultNamespace, instanceId('1'), someone).length;
    expect(found()).toBe(50);
    feed.come('1', { service: 's7', weight: 3 });
    expect(found()).toBe(50);
    services.slice(1).forEach((service) => feed.go('1', { service }));
    expect(feed.view.instancesById(defaultNamespace, instanceId('1'), someone).map(({ service }) => service)).toEqual(['s0']);
    feed.go('1', { service: 's0' });
    expect([found(), feed.view.namespaces(someone)]).toEqual([0, []]);
  });

  it('names its namespaces', () => {
    feed.come('a', { namespace: 'blue' });
    feed.come('a');
    expect(feed.view.namespaces(someone)).toEqual(['blue', 'default']);
    expect(feed.view.services(Namespace.parse('blue') as Namespace, someone).map(({ service }) => service)).toEqual(['payments']);
  });

  it('knows who names a machine, also when that changes', () => {
    const name = MachineName.parse('m1') as MachineName;
    const on = (): string[] => feed.view.instancesOn({ namespace: defaultNamespace, name }, someone).map(({ id }) => id);
    feed.come('a', { machine: 'm1' });
    feed.come('b', { machine: 'm2' });
    expect(on()).toEqual(['a']);
    feed.come('b', { machine: 'm1' });
    feed.come('a');
    expect(on()).toEqual(['b']);
  });

  it('takes a machine and all that run on it in one batch', () => {
    const ref = { namespace: defaultNamespace, name: MachineName.parse('m1') as MachineName };
    const record = {
      ...ref,
      addresses: {},
      metadata: {},
      checks: [{ id: 'c', type: 'heartbeat', ttlMs: 1, born: 'critical' }],
      origin: { face: 'test' },
      registeredAtMs: 0,
      unknown: {},
    } as const;
    ['a', 'b', 'c'].forEach((id) => feed.come(id, { machine: 'm1', service: `s-${id}` }));
    const told = feed.follow();
    feed.write([machineKey('machines', ref), encodeMachineRecord(record)]);
    expect(told.map(({ changes, machines, services }) => [changes.length, machines.length, services.length])).toEqual([[3, 1, 3]]);
    expect([...feed.view.allInstances(someone)].map(({ health }) => health)).toEqual(['critical', 'critical', 'critical']);
  });

  it('says since when it is behind', () => {
    expect(feed.view.staleSinceMs).toBeNull();
    feed.view.stale(1234);
    expect(feed.view.staleSinceMs).toBe(1234);
  });

  it('shows what it showed until a reading from scratch is finished', () => {
    feed.come('a');
    feed.view.begin({ epoch: 'e2', revision: 50 });
    expect([feed.view.epoch, feed.summaryOf(payments)?.instances]).toEqual(['e1', 1]);
    feed.view.finish();
    expect([feed.view.epoch, feed.summaryOf(payments)]).toEqual(['e2', undefined]);
  });
});
