import { beforeEach, describe, expect, it } from 'vitest';
import type { Interest } from '../face.js';
import type { ChangeBatch, FeedListener } from './feed.js';
import { defaultNamespace, serviceName, someone } from '../catalog/instance.fixture.js';
import { arrival, Feed, orders, payments } from './projection.fixture.js';

let feed: Feed;
beforeEach(() => {
  feed = new Feed();
});

describe('following', () => {
  it.each<[string, Omit<Interest, 'namespace'> | undefined, string[]]>([
    ['everything', undefined, ['payments', 'orders', 'payroll', 'payments']],
    ['the namespace', {}, ['payments', 'orders', 'payroll']],
    ['one service', { services: [serviceName('Payments')] }, ['payments']],
    ['several', { services: [orders, payments] }, ['payments', 'orders']],
    ['a beginning', { prefix: 'PAY' }, ['payments', 'payroll']],
    ['several and a beginning', { services: [orders], prefix: 'payr' }, ['orders', 'payroll']],
    ['none', { services: [] }, []],
  ])('%s is told of just that', (_what, interest, expected) => {
    const told = feed.follow(interest);
    feed.come('a');
    feed.come('a', { service: 'orders' });
    feed.come('a', { service: 'payroll' });
    feed.come('a', { namespace: 'blue' });
    expect(told.flatMap(({ services }) => services.map(({ service }) => service))).toEqual(expected);
    const again = feed.view.changesAfter(10, someone, interest && { namespace: defaultNamespace, ...interest });
    expect(again).toEqual(told);
  });

  it('of one revision that changed several services is told of its own ones in one batch', () => {
    const [all, one, two] = [feed.follow(), feed.follow({ services: [payments] }), feed.follow({ services: [payments, orders] })];
    feed.write(...['payments', 'orders', 'stock'].map((service) => arrival('a', { service })));
    expect([all, one, two].map((told) => told.map(({ changes }) => changes.length))).toEqual([[3], [1], [2]]);
  });

  it('the same service is telling the very same batch', () => {
    const [one, other] = [feed.follow({ services: [payments] }), feed.follow({ services: [serviceName('PAYMENTS')] })];
    feed.come('a');
    expect(one[0]).toBe(other[0]);
  });

  it('a service that has no instances is possible', () => {
    const told = feed.follow({ services: [payments] });
    feed.come('a');
    feed.go('a');
    expect(told.map(({ changes }) => changes[0]?.current?.id)).toEqual(['a', undefined]);
  });

  it('ends when it is ended, also for whoever is being told', () => {
    const told: string[] = [];
    const listen = (name: string, end: () => void): FeedListener => ({
      changed: () => {
        told.push(name);
        end();
      },
      reset: () => undefined,
    });
    const interest = { namespace: defaultNamespace, services: [payments, orders] };
    const ends: (() => void)[] = [];
    const endAll = (): void => ends.forEach((end) => end());
    ends.push(feed.view.follow(listen('first', endAll), someone, interest), feed.view.follow(listen('second', endAll), someone, interest));
    feed.come('a');
    feed.come('b');
    expect(told).toEqual(['first']);
  });

  it('begins with the next revision, also for whoever begins while others are told', () => {
    const late: ChangeBatch[] = [];
    const starter: FeedListener = {
      changed: () => void feed.view.follow({ changed: (batch) => void late.push(batch), reset: () => undefined }, someone),
      reset: () => undefined,
    };
    const end = feed.view.follow(starter, someone);
    feed.come('a');
    end();
    expect(late).toEqual([]);
    feed.come('b');
    expect(late.length).toBe(1);
  });

  it('is told once that everything was read anew', () => {
    let resets = 0;
    const again = (): void => void feed.view.follow({ changed: () => undefined, reset: () => (resets++, again()) }, someone);
    again();
    feed.view.begin({ epoch: 'e2', revision: 50 });
    feed.view.finish();
    expect([resets, feed.view.epoch, feed.view.revision]).toEqual([1, 'e2', 50]);
  });
});
