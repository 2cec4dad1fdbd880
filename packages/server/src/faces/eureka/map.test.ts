import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Host, Namespace, readRegistration, type Instance } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import type { Document, Said } from './document.js';
import { readKept, writeKept, type Kept } from './kept.js';
import { cannotExpress, FACE, isShown, ownKept, read, withKept, write, type Terms } from './map.js';
import { anySaid, born } from './said.fixture.js';

const terms: Terms = { doubled: false, isLookedAt: () => true };

function put(said: Said, like: Partial<Instance> = {}, before: Instance | null = null): Instance {
  return born(write(said, Namespace.default, terms, before), like);
}

/** What it said itself, of all that is shown of it. */
function saidIn(document: Document): Said {
  const { registeredAtMs: _r, lastRenewalMs: _l, serviceUpMs: _s, lastUpdatedMs: _u, leftAtMs: _e, actionType: _a, ...said } = document;
  return said;
}

const simple: Said = {
  ...(fc.sample(anySaid, { numRuns: 1, seed: 1 })[0] as Said),
  instanceId: 'one',
  app: 'ORDERS',
  hostName: 'h1.example',
  ipAddr: '10.0.0.1',
  status: 'UP',
  overriddenStatus: 'UNKNOWN',
  port: { number: 8080, enabled: true },
  securePort: { number: 8443, enabled: true },
  dataCenter: { name: 'MyOwn', metadata: {} },
  lease: { renewalSeconds: 30, durationSeconds: 90 },
  metadata: { zone: 'z1', version: '1.2', weight: '3', other: 'x' },
  homePageUrl: 'http://h1.example:8080/',
  vipAddress: 'orders',
};

describe('the laws of the lens', () => {
  it('what was put comes back as it was', () => {
    fc.assert(
      fc.property(anySaid, fc.boolean(), (said, doubled) => {
        const instance = born(write(said, Namespace.default, { ...terms, doubled }, null));
        const shown = read(instance, false);
        expect(saidIn(shown)).toEqual({ ...said, instanceId: said.instanceId ?? null });
      }),
    );
  });

  it('what is shown, put again, is the same registration', () => {
    fc.assert(
      fc.property(anySaid, (said) => {
        const instance = put(said);
        const again = write(saidIn(read(instance, false)), Namespace.default, terms, instance);
        expect(again).toEqual(write(said, Namespace.default, terms, instance));
      }),
    );
  });

  it('what is kept is read as it was written, and is a line for what is usual', () => {
    fc.assert(
      fc.property(anySaid, (said) => {
        const kept = ownKept(put(said));
        expect(kept).not.toBeNull();
        expect(readKept(writeKept(kept as Kept))).toEqual(kept);
      }),
    );
    const usual = { ...simple, port: { number: 7001, enabled: true }, securePort: { number: 7002, enabled: false } };
    expect(put(usual).origin.kept?.[FACE]?.length).toBeLessThan(600);
    expect([undefined, '', 'null', '[]', '{'].map(readKept)).toEqual([null, null, null, null, null]);
    expect(readKept('{"port":7,"status":3,"dataCenter":{"name":"Mars"}}')).toMatchObject({ port: { number: 7001 }, status: 'UNKNOWN' });
  });

  it('keeps what it did not understand when another face changes the rest', () => {
    const elsewhere = { host: Host.parse('10.0.0.9') as Host, port: 9090, zone: 'z2', metadata: { colour: 'blue' } };
    const shown = read(put(simple, elsewhere), false);
    expect(shown).toMatchObject({
      hostName: '10.0.0.9',
      ipAddr: '10.0.0.9',
      port: { number: 9090, enabled: true },
      securePort: simple.securePort,
      metadata: { colour: 'blue', zone: 'z2' },
      homePageUrl: 'http://10.0.0.9:9090/',
      vipAddress: 'orders',
      countryId: simple.countryId,
      asgName: simple.asgName,
    });
  });

  it('leaves what Eureka has no words for as another face has said it', () => {
    const native = born(
      readRegistration({ service: 'orders', id: 'one', tags: ['blue'], ports: { admin: 9 }, machine: 'rack' }, { face: 'native' }),
    );
    const { tags, ports, machine } = put(simple, {}, native);
    expect({ tags, ports, machine }).toEqual({ tags: ['blue'], ports: { admin: 9, https: 8443 }, machine: 'rack' });
  });

  it('tells in its documents what it cannot', () => {
    const page = readFileSync(new URL('README.md', import.meta.url), 'utf8').toLowerCase();
    expect(cannotExpress.map(({ feature }) => feature).filter((feature) => !page.includes(feature.split(' ').at(-1) as string))).toEqual(
      [],
    );
  });
});

describe('an instance as other protocols see it', () => {
  it('has its address, its ports, its zone, its lease in two stages, and a look at its port', () => {
    const instance = put(simple);
    expect(instance).toMatchObject({
      service: 'orders',
      host: '10.0.0.1',
      port: 8080,
      ports: { https: 8443 },
      zone: 'z1',
      version: '1.2',
      weight: 3,
      health: 'passing',
      deregisterAfterMs: 90_000,
      checks: [
        // Only who does not beat departs.
        { type: 'heartbeat', ttlMs: 90_000, deregisterAfterMs: 90_000 },
        {
          id: 'port',
          type: 'tcp',
          born: 'passing',
          probe: { spec: { host: '10.0.0.1', port: 8080, refusedOnly: true }, intervalMs: 10_000 },
        },
      ],
    });
    const doubled = write(simple, Namespace.default, { doubled: true, isLookedAt: () => false }, null);
    expect([doubled.checks.length, doubled.deregisterAfterMs]).toEqual([1, 180_000]);
  });

  it.each([
    [{ ipAddr: 'nowhere' }, { host: 'h1.example' }],
    [{ ipAddr: 'under score' }, { host: 'h1.example' }],
    [{ port: { number: 8080, enabled: false } }, { port: 8443, ports: {} }],
    [
      { port: { number: 0, enabled: true }, securePort: { number: 443, enabled: false } },
      { port: null, ports: {} },
    ],
    [
      { metadata: {}, dataCenter: { name: 'Amazon', metadata: { 'availability-zone': 'us-1a' } } },
      { zone: 'us-1a', weight: 1 },
    ],
    [{ lease: { renewalSeconds: 1, durationSeconds: 1 } }, { deregisterAfterMs: 2000 }],
    [{ status: 'OUT_OF_SERVICE' }, { health: 'starting' }],
  ] as const)('of %j: %j', (said, expected) => {
    expect(put({ ...simple, ...said })).toMatchObject(expected);
  });

  it.each([
    [{ app: 'MY APP' }, /^app is "MY APP"; allowed here is/],
    [{ app: 'A/B' }, /^app is/],
    [{ instanceId: 'a\nb' }, /^instanceId is/],
    [{ ipAddr: '::', hostName: '-' }, /^neither ipAddr nor hostName can be called/],
  ] as const)('is refused for %j', (said, words) => {
    expect(() => put({ ...simple, ...said })).toThrow(words);
  });
});

describe('a status', () => {
  const intent = { mode: null, status: null, metadata: {}, weight: null, tags: null };
  const mode = { mode: 'out', reason: '', owner: 'operator', sinceMs: 7, untilMs: null } as const;
  const override = (health: 'critical' | 'starting' | 'passing'): Partial<Instance> => ({
    health,
    intent: { ...intent, status: { health, reason: '', sinceMs: 7 } },
  });

  it.each<[string, Partial<Said>, Partial<Instance>, boolean, string, string]>([
    ['well', {}, {}, false, 'UP', 'UNKNOWN'],
    ['warned of', {}, { health: 'warning' }, false, 'UP', 'UNKNOWN'],
    ['lapsed', {}, { health: 'critical' }, false, 'DOWN', 'UNKNOWN'],
    ['lapsed, with many others', {}, { health: 'critical' }, true, 'UP', 'UNKNOWN'],
    [
      'lapsed and out, with many others',
      {},
      { health: 'critical', mode: 'out', intent: { ...intent, mode } },
      true,
      'OUT_OF_SERVICE',
      'OUT_OF_SERVICE',
    ],
    ['draining', {}, { mode: 'draining' }, false, 'OUT_OF_SERVICE', 'UNKNOWN'],
    ['said to be down', {}, override('critical'), true, 'DOWN', 'DOWN'],
    ['said to be starting', {}, override('starting'), false, 'STARTING', 'STARTING'],
    ['down by its own word', { status: 'DOWN' }, {}, true, 'DOWN', 'UNKNOWN'],
    [
      'down by its own word, said to be out',
      { status: 'DOWN' },
      { mode: 'out', intent: { ...intent, mode } },
      false,
      'DOWN',
      'OUT_OF_SERVICE',
    ],
    ['out by its own word', { status: 'OUT_OF_SERVICE' }, {}, false, 'OUT_OF_SERVICE', 'UNKNOWN'],
    ['out by its own word, said to be up', { status: 'OUT_OF_SERVICE' }, override('passing'), false, 'UP', 'UP'],
  ])('of one that is %s', (_, said, like, panic, status, overriddenStatus) => {
    expect(read(put({ ...simple, ...said }, like), panic)).toMatchObject({ status, overriddenStatus });
  });

  it('moves the action, and the time of the last change', () => {
    expect(read(put(simple), false)).toMatchObject({ actionType: 'ADDED', lastUpdatedMs: 5 });
    expect(read(put(simple, { intentRevision: 2, intent: { ...intent, mode } }), false)).toMatchObject({
      actionType: 'MODIFIED',
      lastUpdatedMs: 7,
    });
    const again = withKept(put(simple), { ...(ownKept(put(simple)) as Kept), isModified: true });
    expect(read(born(again), false)).toMatchObject({ actionType: 'MODIFIED', serviceUpMs: 5 });
  });
});

describe('an instance of another face', () => {
  const native = (fields: object): Instance => born(readRegistration({ service: 'Payments', id: 'p1', ...fields }, { face: 'native' }));

  it('can be called by every client', () => {
    const checks = [{ type: 'http', path: '/health', port: 8081 }];
    const one = native({ host: 'fd00::5', port: 8080, ports: { https: 8443 }, zone: 'z1', version: '2', weight: 4, ttl: '30s', checks });
    expect(read(one, false)).toMatchObject({
      instanceId: 'p1',
      app: 'PAYMENTS',
      hostName: 'fd00::5',
      port: { number: 8080, enabled: true },
      securePort: { number: 8443, enabled: true },
      vipAddress: 'payments',
      secureVipAddress: 'payments',
      metadata: { zone: 'z1', version: '2', weight: '4' },
      lease: { renewalSeconds: 10, durationSeconds: 30 },
      homePageUrl: 'http://[fd00::5]:8080/',
      healthCheckUrl: 'http://[fd00::5]:8081/health',
      dataCenter: { name: 'MyOwn', metadata: {} },
    });
    expect(isShown(one)).toBe(true);
    expect(read(native({ host: 'h', ttl: 'none' }), false)).toMatchObject({
      port: { enabled: false },
      secureVipAddress: null,
      homePageUrl: null,
    });
  });

  it('that has no host is not shown', () => expect(isShown(native({}))).toBe(false));
});
