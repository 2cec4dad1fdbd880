import { beforeEach, describe, expect, it } from 'vitest';
import type { Interest } from '../face.js';
import { encodeGuardRecord, guardKey, idleGuard } from './guard-record.js';
import type { EncodedRecord } from './encoded.js';
import type { ChangeBatch, FeedListener } from './feed.js';
import { defaultNamespace, instanceId, registration, serviceName, someone } from './instance.fixture.js';
import { encodeIntentRecord, nothingSaid } from './intent-record.js';
import { machineKey, recordKey, serviceKey } from './keys.js';
import { encodeMachineRecord } from './machine-record.js';
import { MachineName, Namespace } from './names.js';
import type { PanicRule } from './panic-rule.js';
import { Projection } from './projection.js';
import { encodeHealthRecord, encodeInstanceRecord } from './records.js';
import type { Health } from './health.js';
import { encodeServiceRecord } from './service-record.js';

let view: Projection;
let revision: number;
beforeEach(() => {
  view = new Projection();
  revision = 10;
  view.begin({ epoch: 'e1', revision });
  view.finish();
});

const [payments, orders] = [serviceName('payments'), serviceName('orders')];

function write(...records: readonly (readonly [EncodedRecord['key'], EncodedRecord['value']])[]): void {
  revision++;
  view.apply({ revision, records: records.map(([key, value]) => ({ key, value, createRevision: revision, revision })) });
}

type Fields = Readonly<Record<string, unknown>>;

function come(id: string, fields: Fields = {}): void {
  const one = registration({ id, ...fields });
  write([recordKey('instances', one), encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: 0, unknown: {} })]);
}

function go(id: string, fields: Fields = {}): void {
  const one = registration({ id, ...fields });
  write([recordKey('instances', one), null], [recordKey('health', one), null]);
}

function turn(id: string, status: Health, { held = false, ...fields }: Fields & { held?: boolean } = {}): void {
  const verdicts = { heartbeat: { status, reason: 'lapse', sinceMs: 0, output: '' } } as const;
  write([
    recordKey('health', registration({ id, ...fields })),
    encodeHealthRecord({ verdicts, heldSinceMs: held ? 1 : null, unknown: {} }),
  ]);
}

function guard(holding: boolean): void {
  write([guardKey, encodeGuardRecord({ ...idleGuard, holding })]);
}

function rule(service: typeof payments, panic: PanicRule | null): void {
  write([serviceKey({ namespace: defaultNamespace, service }), panic && encodeServiceRecord({ panic, unknown: {} })]);
}

const revisionOf = (service: typeof payments): number => view.serviceRevision(defaultNamespace, service, someone);
const summaryOf = (service: typeof payments): ReturnType<Projection['service']> => view.service(defaultNamespace, service, someone);

function follow(interest?: Omit<Interest, 'namespace'>): ChangeBatch[] {
  const told: ChangeBatch[] = [];
  const listener: FeedListener = { changed: (batch) => void told.push(batch), reset: () => undefined };
  view.follow(listener, someone, interest === undefined ? undefined : { namespace: defaultNamespace, ...interest });
  return told;
}

describe('the revision of a service', () => {
  it('moves with it, and with nothing else', () => {
    come('a');
    const before = revisionOf(payments);
    expect(before).toBe(revision);
    come('a', { service: 'orders' });
    come('b', { namespace: 'blue' });
    write([machineKey('machines', { namespace: defaultNamespace, name: MachineName.parse('m') as MachineName }), null]);
    expect(revisionOf(payments)).toBe(before);
    turn('a', 'warning');
    expect(revisionOf(payments)).toBe(revision);
    expect(revisionOf(serviceName('PAYMENTS'))).toBe(revision);
  });

  it('answers for those that nobody knows, and for those that have left', () => {
    expect(revisionOf(payments)).toBe(10);
    come('a');
    go('a');
    expect(revisionOf(payments)).toBe(revision);
    come('a', { service: 'orders' });
    expect(revisionOf(payments)).toBe(revision - 1);
    expect(revisionOf(serviceName('unheard-of'))).toBe(10);
  });

  it('is not below what it was when it is forgotten, and forgetting it costs nothing for ever', () => {
    come('a');
    go('a');
    const left = revisionOf(payments);
    for (let at = 0; at < 5000; at++) {
      come('x', { service: `passing-${at}` });
      go('x', { service: `passing-${at}` });
    }
    expect(revisionOf(payments)).toBeGreaterThanOrEqual(left);
    expect(revisionOf(payments)).toBeLessThan(revision);
    expect(revisionOf(serviceName('unheard-of'))).toBe(revisionOf(payments));
  });

  it('after a reading from scratch is where that stood: nothing is known of what was before', () => {
    come('a');
    view.begin({ epoch: 'e1', revision: 99 });
    const one = registration({ id: 'a' });
    view.page([
      {
        key: recordKey('instances', one),
        value: encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: 0, unknown: {} }),
        createRevision: 5,
        revision: 6,
      },
    ]);
    expect(revisionOf(payments)).toBe(revision);
    view.finish();
    expect([revisionOf(payments), revisionOf(orders)]).toEqual([99, 99]);
  });
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
    const told = follow(interest);
    come('a');
    come('a', { service: 'orders' });
    come('a', { service: 'payroll' });
    come('a', { namespace: 'blue' });
    expect(told.flatMap(({ services }) => services.map(({ service }) => service))).toEqual(expected);
    const again = view.changesAfter(10, someone, interest && { namespace: defaultNamespace, ...interest });
    expect(again).toEqual(told);
  });

  it('of one revision that changed several services is told of its own ones in one batch', () => {
    const [all, one, two] = [follow(), follow({ services: [payments] }), follow({ services: [payments, orders] })];
    const entries = ['payments', 'orders', 'stock'].map((service) => {
      const instance = registration({ id: 'a', service });
      return [
        recordKey('instances', instance),
        encodeInstanceRecord({ ...instance, incarnation: 1, registeredAtMs: 0, unknown: {} }),
      ] as const;
    });
    write(...entries);
    expect([all, one, two].map((told) => told.map(({ changes }) => changes.length))).toEqual([[3], [1], [2]]);
  });

  it('the same service is telling the very same batch', () => {
    const [one, other] = [follow({ services: [payments] }), follow({ services: [serviceName('PAYMENTS')] })];
    come('a');
    expect(one[0]).toBe(other[0]);
  });

  it('a service that has no instances is possible', () => {
    const told = follow({ services: [payments] });
    come('a');
    go('a');
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
    ends.push(view.follow(listen('first', endAll), someone, interest), view.follow(listen('second', endAll), someone, interest));
    come('a');
    come('b');
    expect(told).toEqual(['first']);
  });

  it('begins with the next revision, also for whoever begins while others are told', () => {
    const late: ChangeBatch[] = [];
    const starter: FeedListener = {
      changed: () => void view.follow({ changed: (batch) => void late.push(batch), reset: () => undefined }, someone),
      reset: () => undefined,
    };
    const end = view.follow(starter, someone);
    come('a');
    end();
    expect(late).toEqual([]);
    come('b');
    expect(late.length).toBe(1);
  });

  it('is told once that everything was read anew', () => {
    let resets = 0;
    const again = (): void => void view.follow({ changed: () => undefined, reset: () => (resets++, again()) }, someone);
    again();
    view.begin({ epoch: 'e2', revision: 50 });
    view.finish();
    expect([resets, view.epoch, view.revision]).toEqual([1, 'e2', 50]);
  });
});

describe('panic', () => {
  const all = Array.from({ length: 10 }, (_, at) => `i${at}`);
  const ill = (count: number, more = {}): void => all.slice(0, count).forEach((id) => turn(id, 'critical', more));
  const panics = (): boolean | undefined => summaryOf(payments)?.panic;

  it('begins when fewer than half of ten are left, and ends when half are', () => {
    all.forEach((id) => come(id));
    ill(5);
    expect(summaryOf(payments)).toEqual({ service: 'payments', instances: 10, inRotation: 5, held: 0, panic: false });
    const told = follow({ services: [payments] });
    turn('i5', 'critical');
    expect(panics()).toBe(true);
    turn('i5', 'passing');
    expect(panics()).toBe(false);
    expect(told.map(({ services }) => services[0]?.panic)).toEqual([
      { before: false, after: true },
      { before: true, after: false },
    ]);
  });

  it('is none of a small service: that is a plain death', () => {
    come('a');
    turn('a', 'critical');
    expect(panics()).toBe(false);
  });

  it('counts nobody who is starting or not wanted', () => {
    all.forEach((id) => come(id));
    const said = encodeIntentRecord({
      ...nothingSaid,
      mode: { mode: 'out', reason: '', owner: 'operator', sinceMs: 0, untilMs: null },
      keepUntilMs: null,
      unknown: {},
    });
    write([recordKey('intents', registration({ id: 'i9' })), said]);
    ill(8);
    expect(panics()).toBe(false);
    turn('i9', 'starting');
    turn('i8', 'starting');
    expect(panics()).toBe(false);
  });

  it('is of a small service too that would be empty while the guard holds, as long as it holds', () => {
    come('a');
    turn('a', 'critical', { held: true });
    expect(panics()).toBe(false);
    const [told, others] = [follow({ services: [payments] }), follow({ services: [orders] })];
    const before = revisionOf(payments);
    guard(true);
    expect([panics(), view.guard.holding, revisionOf(payments)]).toEqual([true, true, revision]);
    expect(revisionOf(payments)).toBeGreaterThan(before);
    guard(false);
    expect(panics()).toBe(false);
    expect(told.map(({ services }) => services[0]?.panic.after)).toEqual([true, false]);
    expect(told.every(({ changes }) => changes.length === 0)).toBe(true);
    expect(others).toEqual([]);
  });

  it('is never of those of whom nobody is held, though the guard holds', () => {
    come('a');
    turn('a', 'critical');
    guard(true);
    expect(panics()).toBe(false);
  });

  it('is settled for one service, whether it has instances or not', () => {
    rule(payments, { eligibleMin: 1, belowShare: 1 });
    come('a');
    come('a', { service: 'orders' });
    turn('a', 'critical');
    turn('a', 'critical', { service: 'orders' });
    expect([panics(), summaryOf(orders)?.panic]).toEqual([true, false]);
    const before = revisionOf(orders);
    rule(payments, null);
    expect([panics(), revisionOf(payments), revisionOf(orders)]).toEqual([false, revision, before]);
  });

  it('is settled for all that have no rule of their own', () => {
    view = new Projection({ panicRule: { eligibleMin: 1, belowShare: 1 } });
    view.begin({ epoch: 'e1', revision });
    view.finish();
    come('a');
    turn('a', 'critical');
    expect(panics()).toBe(true);
  });
});

describe('the view', () => {
  it('answers the same object as long as nothing changed, and leaves alone what it answered', () => {
    come('b');
    come('a');
    const list = view.instances(defaultNamespace, payments, someone);
    expect(view.instances(defaultNamespace, payments, someone)).toBe(list);
    expect(list.map(({ id }) => id)).toEqual(['a', 'b']);
    come('aa');
    turn('a', 'warning');
    go('b');
    expect(list.map(({ id, health }) => [id, health])).toEqual([
      ['a', 'passing'],
      ['b', 'passing'],
    ]);
    expect(view.instances(defaultNamespace, payments, someone).map(({ id, health }) => [id, health])).toEqual([
      ['a', 'warning'],
      ['aa', 'passing'],
    ]);
  });

  it('finds an id that many services use, and each of them when the others have left', () => {
    const services = Array.from({ length: 50 }, (_, at) => `s${at}`);
    services.forEach((service) => come('1', { service }));
    const found = (): number => view.instancesById(defaultNamespace, instanceId('1'), someone).length;
    expect(found()).toBe(50);
    come('1', { service: 's7', weight: 3 });
    expect(found()).toBe(50);
    services.slice(1).forEach((service) => go('1', { service }));
    expect(view.instancesById(defaultNamespace, instanceId('1'), someone).map(({ service }) => service)).toEqual(['s0']);
    go('1', { service: 's0' });
    expect([found(), view.namespaces(someone)]).toEqual([0, []]);
  });

  it('names its namespaces', () => {
    come('a', { namespace: 'blue' });
    come('a');
    expect(view.namespaces(someone)).toEqual(['blue', 'default']);
    expect(view.services(Namespace.parse('blue') as Namespace, someone).map(({ service }) => service)).toEqual(['payments']);
  });

  it('knows who names a machine, also when that changes', () => {
    const name = MachineName.parse('m1') as MachineName;
    const on = (): string[] => view.instancesOn({ namespace: defaultNamespace, name }, someone).map(({ id }) => id);
    come('a', { machine: 'm1' });
    come('b', { machine: 'm2' });
    expect(on()).toEqual(['a']);
    come('b', { machine: 'm1' });
    come('a');
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
    ['a', 'b', 'c'].forEach((id) => come(id, { machine: 'm1', service: `s-${id}` }));
    const told = follow();
    write([machineKey('machines', ref), encodeMachineRecord(record)]);
    expect(told.map(({ changes, machines, services }) => [changes.length, machines.length, services.length])).toEqual([[3, 1, 3]]);
    expect([...view.allInstances(someone)].map(({ health }) => health)).toEqual(['critical', 'critical', 'critical']);
  });

  it('says since when it is behind', () => {
    expect(view.staleSinceMs).toBeNull();
    view.stale(1234);
    expect(view.staleSinceMs).toBe(1234);
  });

  it('shows what it showed until a reading from scratch is finished', () => {
    come('a');
    view.begin({ epoch: 'e2', revision: 50 });
    expect([view.epoch, summaryOf(payments)?.instances]).toEqual(['e1', 1]);
    view.finish();
    expect([view.epoch, summaryOf(payments)]).toEqual(['e2', undefined]);
  });
});
