import { beforeEach, describe, expect, it } from 'vitest';
import { registration } from '../catalog/instance.fixture.js';
import { encodeIntentRecord, nothingSaid } from '../records/intent-record.js';
import { recordKey } from '../records/keys.js';
import { Feed, orders, payments } from './projection.fixture.js';

let feed: Feed;
beforeEach(() => {
  feed = new Feed();
});

describe('panic', () => {
  const all = Array.from({ length: 10 }, (_, at) => `i${at}`);
  const ill = (count: number, more = {}): void => all.slice(0, count).forEach((id) => feed.turn(id, 'critical', more));
  const panics = (): boolean | undefined => feed.summaryOf(payments)?.panic;

  it('begins when fewer than half of ten are left, and ends when half are', () => {
    all.forEach((id) => feed.come(id));
    ill(5);
    expect(feed.summaryOf(payments)).toEqual({ service: 'payments', instances: 10, inRotation: 5, held: 0, panic: false });
    const told = feed.follow({ services: [payments] });
    feed.turn('i5', 'critical');
    expect(panics()).toBe(true);
    feed.turn('i5', 'passing');
    expect(panics()).toBe(false);
    expect(told.map(({ services }) => services[0]?.panic)).toEqual([
      { before: false, after: true },
      { before: true, after: false },
    ]);
  });

  it('is none of a small service: that is a plain death', () => {
    feed.come('a');
    feed.turn('a', 'critical');
    expect(panics()).toBe(false);
  });

  it('counts nobody who is starting or not wanted', () => {
    all.forEach((id) => feed.come(id));
    const said = encodeIntentRecord({
      ...nothingSaid,
      mode: { mode: 'out', reason: '', owner: 'operator', sinceMs: 0, untilMs: null },
      keepUntilMs: null,
      unknown: {},
    });
    feed.write([recordKey('intents', registration({ id: 'i9' })), said]);
    ill(8);
    expect(panics()).toBe(false);
    feed.turn('i9', 'starting');
    feed.turn('i8', 'starting');
    expect(panics()).toBe(false);
  });

  it('is of a small service too that would be empty while the guard holds, as long as it holds', () => {
    feed.come('a');
    feed.turn('a', 'critical', { held: true });
    expect(panics()).toBe(false);
    const [told, others] = [feed.follow({ services: [payments] }), feed.follow({ services: [orders] })];
    const before = feed.revisionOf(payments);
    feed.guard(true);
    expect([panics(), feed.view.guard.holding, feed.revisionOf(payments)]).toEqual([true, true, feed.revision]);
    expect(feed.revisionOf(payments)).toBeGreaterThan(before);
    feed.guard(false);
    expect(panics()).toBe(false);
    expect(told.map(({ services }) => services[0]?.panic.after)).toEqual([true, false]);
    expect(told.every(({ changes }) => changes.length === 0)).toBe(true);
    expect(others).toEqual([]);
  });

  it('is never of those of whom nobody is held, though the guard holds', () => {
    feed.come('a');
    feed.turn('a', 'critical');
    feed.guard(true);
    expect(panics()).toBe(false);
  });

  it('is settled for one service, whether it has instances or not', () => {
    feed.rule(payments, { eligibleMin: 1, belowShare: 1 });
    feed.come('a');
    feed.come('a', { service: 'orders' });
    feed.turn('a', 'critical');
    feed.turn('a', 'critical', { service: 'orders' });
    expect([panics(), feed.summaryOf(orders)?.panic]).toEqual([true, false]);
    const before = feed.revisionOf(orders);
    feed.rule(payments, null);
    expect([panics(), feed.revisionOf(payments), feed.revisionOf(orders)]).toEqual([false, feed.revision, before]);
  });

  it('is settled for all that have no rule of their own', () => {
    feed = new Feed({ panicRule: { eligibleMin: 1, belowShare: 1 } });
    feed.come('a');
    feed.turn('a', 'critical');
    expect(panics()).toBe(true);
  });
});
