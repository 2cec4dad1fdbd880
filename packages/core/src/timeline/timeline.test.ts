import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultNamespace, instanceId, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { changeBatch, type FeedListener, type InstanceChange } from '../view/feed.js';
import type { Health } from '../catalog/health.js';
import { bornCircumstances, instanceOf, type Instance } from '../catalog/instance.js';
import { recordKey } from '../records/keys.js';
import { encodeHealthRecord } from '../records/records.js';
import { MachineName } from '../catalog/names.js';
import type { CatalogView } from '../face.js';
import type { Clock } from '../ports/clock.js';
import { openHouse, type House } from '../registrar/house.fixture.js';
import { DEPARTED_KEPT_MS, DEPARTED_MAX, EVENTS_MAX, SERVICE_EVENTS_MAX, Timeline, type TimelineEvent } from './timeline.js';

const payments = { namespace: defaultNamespace, service: serviceName('Payments') };
const one = registration({ id: 'p1', ttl: '1s', deregisterAfter: '2s' });
const p1 = { namespace: defaultNamespace, id: instanceId('p1'), service: null };

let house: House;
let timeline: Timeline;
/** How far the wall clock has gone on, while nothing else did. */
let aheadMs: number;
beforeEach(async () => {
  house = await openHouse();
  aheadMs = 0;
  const { clock } = house;
  const after: Clock['after'] = (delayMs, callback) => clock.after(delayMs, callback);
  const ahead: Clock = { monotonicMs: () => clock.monotonicMs(), wallMs: () => clock.wallMs() + aheadMs, after };
  timeline = new Timeline({ view: house.view, clock: ahead, removals: () => house.catalog.removals });
  timeline.start();
});
afterEach(async () => {
  timeline.close();
  await house.close();
});

/** The oldest first. */
const told = (): readonly string[] => timeline.of(payments).map(lineOf).toReversed();
const lineOf = ({ what, by, text, face }: TimelineEvent): string => `${what} by ${by}${face === null ? '' : ` (${face})`}: ${text}`;
const registered = 'registered by instance (test): registered at 10.0.0.5:8080';

describe('a timeline', () => {
  it('tells a life that ends by silence', async () => {
    await house.registrar.register(one, someone);
    await house.clock.advance(1_500);
    await house.registrar.heartbeat(one, someone, { status: 'warning', output: 'disk 91 %' });
    await house.clock.advance(5_000);
    expect(told()).toEqual([
      registered,
      'health by registry: critical: no heartbeat for 1s',
      'health by instance: passing: the heartbeat is back',
      'health by instance: warning: disk 91 %',
      'health by registry: critical: no heartbeat for 1s',
      'departed by registry: departed: it had been critical for 2s: no heartbeat for 1s',
    ]);
  });

  it('tells of modes, words from outside, and goodbyes', async () => {
    await house.registrar.register(one, someone);
    await house.registrar.setMode(one, { mode: 'out', reason: 'new disks' }, someone);
    await house.registrar.setMode(one, { mode: 'in' }, someone);
    await house.registrar.overrideStatus(one, { health: 'critical', reason: 'odd' }, someone);
    await house.registrar.overrideStatus(one, null, someone);
    await house.registrar.patch(one, { weight: 7 }, someone);
    await house.registrar.register(registration({ id: 'p1', port: 9090, ttl: '1s', deregisterAfter: '2s' }), someone);
    await house.registrar.setMode(one, { mode: 'draining' }, someone);
    await house.registrar.deregister(one, someone);
    expect(told()).toEqual([
      registered,
      'mode by operator: out: new disks',
      'mode by operator: in',
      'override by operator: said to be critical: odd',
      'health by operator: critical',
      'override by operator: its checks count again',
      'health by operator: passing',
      'patched by caller: metadata, weight or tags were patched',
      'registered-again by instance (test): registered again as another incarnation, at 10.0.0.5:9090 instead of 10.0.0.5:8080',
      'mode by instance: draining',
      'departed by caller: departed: goodbye, after draining',
    ]);
  });

  it('tells of a second check that is ill too, and of the one that is well again', async () => {
    const two = registration({ id: 'p1', checks: ['a', 'b'].map((name) => ({ type: 'tcp', name })) });
    await house.registrar.register(two, someone);
    const [found] = [...house.view.allInstances(someone)];
    const find = async (verdicts: Readonly<Record<string, Health>>): Promise<void> => {
      const instance = house.view.instance({ ...two, id: instanceId('p1') }, someone) ?? found;
      const judged = Object.entries(verdicts).map(([id, status]) => [id, { status, reason: 'probe', sinceMs: 1, output: status }] as const);
      const value = encodeHealthRecord({ verdicts: Object.fromEntries(judged), heldSinceMs: null, unknown: {} });
      await house.store.asStore.commit({ then: [{ type: 'put', key: recordKey('health', instance as Instance), value }] });
      await house.clock.advance(10);
    };
    await find({ a: 'passing', b: 'passing' });
    await find({ a: 'critical', b: 'passing' });
    await find({ a: 'critical', b: 'critical' });
    await find({ a: 'passing', b: 'critical' });
    expect(told().slice(1)).toEqual([
      'health by registry: passing: passing',
      'check by registry: the check "b" is passing: passing',
      'health by registry: critical: critical',
      'check by registry: the check "b" is critical: critical',
      'check by registry: the check "a" is passing: passing',
    ]);
  });

  it('tells of checks that were put, changed and removed', async () => {
    await house.registrar.register(one, someone);
    const check = { type: 'tcp', port: 80, name: 'port' };
    await house.registrar.changeCheck(one, 'port', check, someone);
    await house.registrar.changeCheck(one, 'port', { ...check, interval: '1m' }, someone);
    await house.registrar.changeCheck(one, 'port', null, someone);
    expect(told().slice(1)).toEqual([
      'checks by caller: its checks are "heartbeat", "port" now',
      'health by caller: starting',
      'checks by caller: its checks have other terms now',
      'checks by caller: its checks are "heartbeat" now',
      'health by caller: passing',
    ]);
  });

  it('knows a machine that was removed with its instances', async () => {
    const machine = { namespace: defaultNamespace, name: MachineName.parse('m1') as MachineName };
    await house.registrar.putMachine({ ...machine, addresses: {}, metadata: {}, checks: [], origin: { face: 'test' } }, someone);
    await house.registrar.register(registration({ id: 'p1', machine: 'm1' }), someone);
    await house.registrar.removeMachine(machine, { instances: 'remove' }, someone);
    expect(told().at(-1)).toBe('departed by operator: departed: its machine m1 was removed');
  });

  it('keeps so many of a service, the newest', async () => {
    await house.registrar.register(one, someone);
    for (let time = 0; time < SERVICE_EVENTS_MAX; time++)
      await house.registrar.setMode(one, { mode: time % 2 === 0 ? 'out' : 'in' }, someone);
    expect(timeline.of(payments)).toHaveLength(SERVICE_EVENTS_MAX);
    expect(told()).not.toContain(registered);
    expect(timeline.of(payments)[0]?.text).toBe('in');
  });

  it('knows for a day who departed, until they are back', async () => {
    await house.registrar.register(one, someone);
    expect(timeline.departed(p1)).toEqual([]);
    await house.registrar.deregister(one, someone);
    expect(timeline.departed(p1)).toMatchObject([{ instance: { id: 'p1' }, event: { what: 'departed', text: 'departed: goodbye' } }]);
    expect(timeline.departed({ ...p1, service: serviceName('PAYMENTS') })).toHaveLength(1);
    expect(timeline.departed({ ...p1, service: serviceName('orders') })).toEqual([]);
    await house.registrar.register(one, someone);
    expect(timeline.departed(p1)).toEqual([]);
    await house.registrar.deregister(one, someone);
    aheadMs = DEPARTED_KEPT_MS + 1;
    expect(timeline.departed(p1)).toEqual([]);
  });
});

describe('the bounds', () => {
  /** A timeline whose view says what the test says. */
  function fed(): { readonly timeline: Timeline; readonly tell: FeedListener } {
    let tell: FeedListener | null = null;
    const follow = (listener: FeedListener): (() => void) => {
      tell = listener;
      return () => undefined;
    };
    const timeline = new Timeline({ view: { follow } as unknown as CatalogView, clock: house.clock, removals: () => [] });
    timeline.start();
    return { timeline, tell: tell as unknown as FeedListener };
  }

  const arrival = (service: string, id: string): InstanceChange => {
    const one = registration({ service, id });
    const current = instanceOf({ ...one, incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1 }, bornCircumstances);
    return { ref: one, previous: null, current };
  };

  it('hold in all: the oldest of whatever service go first', () => {
    const { timeline, tell } = fed();
    const services = Array.from({ length: EVENTS_MAX / 100 + 20 }, (_, at) => `s${at}`);
    for (const service of services) {
      const { ref, current } = arrival(service, 'a');
      for (let at = 0; at < 50; at++) {
        tell.changed(changeBatch(1, [{ ref, previous: null, current }]));
        tell.changed(changeBatch(2, [{ ref, previous: current, current: null }]));
      }
    }
    const kept = (service: string): number => timeline.of({ ...payments, service: serviceName(service) }).length;
    expect(services.reduce((sum, service) => sum + kept(service), 0)).toBe(EVENTS_MAX);
    expect([kept('s0'), kept('s19'), kept('s20'), kept(services.at(-1) ?? '')]).toEqual([0, 0, 100, 100]);
  });

  it('hold for those who departed', () => {
    const { timeline, tell } = fed();
    for (let at = 0; at <= DEPARTED_MAX; at++) {
      const { ref, current } = arrival('payments', `p${at}`);
      tell.changed(changeBatch(2, [{ ref, previous: current, current: null }]));
    }
    const known = (id: string): number => timeline.departed({ ...p1, id: instanceId(id) }).length;
    expect([known('p0'), known('p1'), known(`p${DEPARTED_MAX}`)]).toEqual([0, 1, 1]);
  });

  it('and a view that was read anew moves since', async () => {
    const { timeline, tell } = fed();
    const before = timeline.sinceMs;
    await house.clock.advance(1_000);
    tell.reset();
    expect(timeline.sinceMs).toBe(before + 1_000);
  });
});
