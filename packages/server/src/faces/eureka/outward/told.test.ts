import type { Instance, Intent, Verdict } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { plain, spring } from './server.fixture.js';
import { firstStep, stepFor } from './steps.js';
import { beatMs, isOurs, overrideOn, ownStatus, toldDocument } from './told.js';
import { itemsFor } from './wording.js';
import { noNews } from './outbox.js';

const critical = (reason: Verdict['reason']): Verdict => ({ status: 'critical', reason, sinceMs: 5, output: '' });
const said = (intent: Partial<Intent>): Intent => ({ mode: null, status: null, metadata: {}, weight: null, tags: null, ...intent });
const out = (reason: string): Intent => said({ mode: { mode: 'out', reason, owner: 'operator', sinceMs: 1, untilMs: null } });
const TOLD = 'OUT_OF_SERVICE, through another Eureka server';

/** As it would be after the word. */
function spoken(instance: Instance, intent: Intent): Instance {
  return { ...instance, intent, mode: intent.mode?.mode ?? 'in', health: intent.status?.health ?? instance.health, intentRevision: 7 };
}

function found(instance: Instance, check: string, verdict: Verdict): Instance {
  return { ...instance, health: verdict.status, verdicts: { [check]: verdict }, healthRevision: 7 };
}

const heartbeat = (instance: Instance): string => instance.checks.find(({ type }) => type === 'heartbeat')?.id ?? '';
const port = (instance: Instance): string => instance.checks.find(({ type }) => type !== 'heartbeat')?.id ?? '';

describe('who is told of', () => {
  it('is everybody who can be called, but whom another server tells of', () => {
    expect([spring('a'), spring('a', { isTold: true }), plain('p'), plain('p', { host: null, port: null })].map(isOurs)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('is vouched for three times in a lease, and as often as servers expect of everybody', () => {
    const one = spring('a');
    expect(
      [one, plain('p', { ttl: '9s' }), plain('p', { ttl: '24h' }), plain('p', { ttl: 'none' }), plain('p', { ttl: '200ms' })].map(beatMs),
    ).toEqual([30_000, 3000, 30_000, 30_000, 1000]);
  });

  it('is as its checks find it, whatever is said of it, and whatever a panic answers', () => {
    const one = spring('a');
    expect(ownStatus(found(one, port(one), critical('probe')))).toBe('DOWN');
    expect(ownStatus(spoken(one, said({ status: { health: 'critical', reason: 'x', sinceMs: 1 } })))).toBe('UP');
    // Of another server's, it is that server's affair.
    expect(ownStatus(found(spring('a', { isTold: true }), port(one), critical('probe')))).toBe('UP');
    expect(toldDocument(spoken(one, out('x')))).toMatchObject({ status: 'UP', overriddenStatus: 'OUT_OF_SERVICE' });
    expect(overrideOn(spoken(one, out(TOLD)))).toEqual({ status: 'OUT_OF_SERVICE', isTold: true });
  });
});

describe('a change', () => {
  const [ours, theirs] = [spring('a'), spring('a', { isTold: true })];
  const lapsed = found(ours, heartbeat(ours), critical('lapse'));
  const down = found(ours, port(ours), critical('probe'));
  const renewed = { ...ours, revision: 9, metadata: { colour: 'blue' } };
  const stateless = { ...renewed, metadata: ours.metadata };
  const note = (news: object): object => ({ act: 'note', news: expect.objectContaining(news) as unknown });
  const told = spoken(ours, out(TOLD));
  const toldTheirs = spoken(theirs, out(TOLD));

  it.each<readonly [what: string, previous: Instance | null, current: Instance | null, step: object | null]>([
    ['an arrival is told', null, ours, note({ register: true })],
    ['what another server tells is not told on', null, theirs, null],
    ['a goodbye is one', ours, null, { act: 'cancel' }],
    ['nor is its goodbye', theirs, null, { act: 'forget' }],
    ['a lapse is nobody’s word', ours, lapsed, null],
    ['it is told anew when it is heard again', lapsed, ours, note({ register: true })],
    ['what a check finds is told', ours, down, note({ register: true })],
    ['metadata too', ours, renewed, note({ register: true })],
    ['the same said again is nothing new', ours, stateless, null],
    ['who moves here is vouched for from here', theirs, ours, note({ beat: true, register: false })],
    ['who moves there is not any more', ours, theirs, { act: 'forget' }],
    ['and is again as it says itself', down, theirs, note({ register: true })],
    ['an override is told', ours, spoken(ours, out('x')), note({ override: true, register: false })],
    ['of another server’s instance too', theirs, spoken(theirs, out('x')), note({ override: true })],
    ['but not back', ours, told, null],
    ['of nobody', theirs, toldTheirs, null],
    ['that it is taken away is', told, ours, note({ override: true })],
    ['an address that is lost is a goodbye', ours, { ...ours, host: null }, { act: 'cancel' }],
  ])('%s', (_, previous, current, step) => {
    expect(stepFor(previous, current)).toEqual(step);
  });

  it('that nobody saw is everything there is', () => {
    expect([ours, theirs, lapsed, spoken(ours, out('x'))].map((one) => firstStep(one))).toEqual([
      note({ register: true, override: false }),
      null,
      null,
      note({ register: true, override: true }),
    ]);
  });
});

describe('the words', () => {
  const actionsOf = (news: object, instance: Instance | undefined): readonly string[] =>
    itemsFor({ ref: spring('a'), news: { ...noNews, ...news } }, instance).map(({ action }) => action);
  const one = spring('a');
  const lapsed = found(one, heartbeat(one), critical('lapse'));

  it.each<readonly [news: object, instance: Instance | undefined, actions: readonly string[]]>([
    [{ register: true, beat: true }, one, ['Register']],
    [{ beat: true }, one, ['Heartbeat']],
    [{ beat: true }, lapsed, []],
    [{ beat: true }, undefined, []],
    [{ cancel: true }, undefined, ['Cancel']],
    [{ cancel: true }, one, []],
    [{ register: true, override: true }, spoken(one, out('x')), ['Register', 'StatusUpdate']],
    [{ override: true }, one, ['DeleteStatusOverride']],
    [{ override: true }, spoken(one, out(TOLD)), []],
    [{ beat: true }, spring('a', { isTold: true }), []],
  ])('for %j are %j', (news, instance, actions) => {
    expect(actionsOf(news, instance)).toEqual(actions);
  });

  it('are those of servers', () => {
    const [item] = itemsFor({ ref: plain('p'), news: { ...noNews, register: true } }, plain('p'));
    expect(JSON.parse(item?.json ?? '')).toMatchObject({
      appName: 'PLAIN',
      id: 'p',
      lastDirtyTimestamp: 5,
      overriddenStatus: 'UNKNOWN',
      status: 'UP',
      action: 'Register',
      instanceInfo: {
        instanceId: 'p',
        metadata: { 'rollcall.face': 'native' },
        app: 'PLAIN',
        ipAddr: '10.0.0.2',
        lastDirtyTimestamp: '5',
        leaseInfo: { durationInSecs: 30 },
      },
    });
  });
});
