import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRollcallError } from '../errors.js';
import { decodeInstanceRecord, encodeInstanceRecord } from '../records/records.js';
import type { ProbedCheck, Registration } from '../catalog/registration.js';
import type { FieldProblem } from '../catalog/value-kind.js';
import { readRegistration } from '../registrar/read-registration.js';
import { shownCheck } from './show-check.js';

const usual = { service: 'web', host: '10.0.0.5', port: 8080, ports: { admin: 9000 } };

function registered(...checks: readonly object[]): Registration {
  return readRegistration({ ...usual, checks }, { face: 'test' });
}

function probed(registration: Registration): readonly ProbedCheck[] {
  return registration.checks.flatMap((check) => (check.type === 'heartbeat' ? [] : [check]));
}

function problemsOf(...checks: readonly unknown[]): readonly string[] {
  try {
    readRegistration({ ...usual, checks }, { face: 'test' });
    return [];
  } catch (error) {
    if (!isRollcallError(error, 'invalid-request')) throw error;
    return (error.details['problems'] as readonly FieldProblem[]).map(({ field }) => field);
  }
}

describe('checks of a registration', () => {
  it('are filled in with what is usual, and with what the instance says', () => {
    const { checks, deregisterAfterMs } = registered({ type: 'http', path: '/health' });
    expect(deregisterAfterMs).toBeNull();
    expect(checks).toEqual([
      {
        id: 'http',
        type: 'http',
        born: 'starting',
        probe: {
          spec: {
            type: 'http',
            host: '10.0.0.5',
            port: 8080,
            tls: null,
            method: 'GET',
            path: '/health',
            headers: {},
            body: null,
            statuses: [],
            contains: null,
          },
          intervalMs: 10_000,
          timeoutMs: 5_000,
          thresholds: { successBeforePassing: 1, failuresBeforeWarning: 3, failuresBeforeCritical: 3, startPeriodMs: 0 },
        },
      },
    ]);
  });

  it.each([
    [
      'tcp',
      { type: 'tcp', port: 'admin', tls: true },
      { type: 'tcp', host: '10.0.0.5', port: 9000, tls: { serverName: null, verify: true, ca: null } },
    ],
    ['udp', { type: 'udp', host: '10.0.0.6', port: 53, send: 'x' }, { type: 'udp', host: '10.0.0.6', port: 53, send: 'x', contains: null }],
    ['grpc', { type: 'grpc', service: 'pay.v1' }, { type: 'grpc', host: '10.0.0.5', port: 8080, service: 'pay.v1', tls: null }],
    ['script', { type: 'script', command: '/bin/true', args: ['-x'] }, { type: 'script', command: '/bin/true', args: ['-x'] }],
    [
      'statuses',
      { type: 'http', statuses: '200, 301-302' },
      {
        statuses: [
          [200, 200],
          [301, 302],
        ],
      },
    ],
    [
      'a page by its address',
      { type: 'http', url: 'https://10.0.0.5:8443/up?deep=1' },
      { host: '10.0.0.5', port: 8443, path: '/up?deep=1', tls: { serverName: null, verify: true, ca: null } },
    ],
    ['an address and no more', { type: 'http', url: 'http://[fd00::5]' }, { host: 'fd00::5', port: 80, path: '/', tls: null }],
    [
      'an address, and terms',
      { type: 'http', url: 'https://web?x', tls: { verify: false } },
      { host: 'web', port: 443, path: '/?x', tls: { serverName: null, verify: false, ca: null } },
    ],
    ['one status', { type: 'http', statuses: 204 }, { statuses: [[204, 204]] }],
    ['its own terms', { type: 'tcp', tls: { verify: false } }, { tls: { serverName: null, verify: false, ca: null } }],
  ])('%s', (_name, wish, spec) => {
    expect(probed(registered(wish))[0]?.probe.spec).toMatchObject(spec);
  });

  it('stand beside a heartbeat where one is asked for, and have names of their own', () => {
    const registration = readRegistration(
      { ...usual, ttl: '20s', checks: [{ type: 'tcp' }, { type: 'tcp', port: 'admin' }, { type: 'http', name: 'tcp-3' }] },
      { face: 'test' },
    );
    expect(registration.checks.map(({ id, type }) => `${id} ${type}`)).toEqual([
      'heartbeat heartbeat',
      'tcp tcp',
      'tcp-2 tcp',
      'tcp-3 http',
    ]);
    expect(registration.deregisterAfterMs).toBe(90_000);
  });
});

describe('checks that make no sense', () => {
  it.each<[string, readonly unknown[], readonly string[]]>([
    ['no object', [5], ['checks[0]']],
    ['no type', [{}], ['checks[0].type']],
    ['another type', [{ type: 'icmp' }], ['checks[0].type']],
    ['a stranger', [{ type: 'tcp', path: '/' }], ['checks[0].path']],
    ['too often', [{ type: 'tcp', interval: '10ms' }], ['checks[0].interval']],
    [
      'several things',
      [
        { type: 'http', path: 'x', method: 'get' },
        { type: 'tcp', timeout: 0 },
      ],
      ['checks[0].path', 'checks[0].method', 'checks[1].timeout'],
    ],
    ['no answer before the next question', [{ type: 'tcp', interval: '2s', timeout: '3s' }], ['checks[0].timeout']],
    ['no answer before the next question, which is asked as usual', [{ type: 'tcp', timeout: '11s' }], ['checks[0].timeout']],
    ['a line break', [{ type: 'http', path: '/ HTTP/1.1\r\nx: y' }], ['checks[0].path']],
    ['a header that ends early', [{ type: 'http', headers: { x: 'a\r\nb: c' } }], ['checks[0].headers.x']],
    ['an address that is none', [{ type: 'http', url: 'web/health' }], ['checks[0].url']],
    ['an address of a file', [{ type: 'http', url: 'file:///etc/passwd' }], ['checks[0].url']],
    ['an address with a password', [{ type: 'http', url: 'http://me:hush@web/' }], ['checks[0].url']],
    ['an address with a line break', [{ type: 'http', url: 'http://web/ HTTP/1.1\r\nx: y' }], ['checks[0].url']],
    ['an address of no port', [{ type: 'http', url: 'http://web:99999/' }], ['checks[0].port']],
    [
      'an address twice',
      [{ type: 'http', url: 'http://web/', host: 'web', path: '/', tls: true }],
      ['checks[0].host', 'checks[0].path', 'checks[0].tls'],
    ],
    ['an address where nobody asks for pages', [{ type: 'tcp', url: 'http://web/' }], ['checks[0].url']],
    ['an authority that is none', [{ type: 'tcp', tls: { ca: 'believe me' } }], ['checks[0].tls']],
    [
      'a key among authorities',
      [{ type: 'tcp', tls: { ca: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----' } }],
      ['checks[0].tls'],
    ],
    ['a port that is not there', [{ type: 'tcp', port: 'debug' }], ['checks[0].port']],
    ['a property of every object', [{ type: 'tcp', port: 'constructor' }], ['checks[0].port']],
    [
      'one name twice',
      [
        { type: 'tcp', name: 'a' },
        { type: 'udp', name: 'a' },
      ],
      ['checks[1].name'],
    ],
    ['the name of the heartbeat', [{ type: 'tcp', name: 'heartbeat' }], ['checks[0].name']],
    ['too many', Array.from({ length: 17 }, () => ({ type: 'tcp' })), ['checks']],
  ])('%s is refused by its field', (_name, checks, fields) => {
    expect(problemsOf(...checks)).toEqual(fields);
  });

  it('wait for no answer beyond the next question where nobody said for how long', () => {
    const terms = probed(registered({ type: 'tcp', interval: '2s', port: 5 })).map(({ probe }) => probe.timeoutMs);
    expect(terms).toEqual([2_000]);
  });

  it('need a host and a port from somewhere', () => {
    const nowhere = { service: 'web', id: 'w', checks: [{ type: 'tcp' }] };
    expect(() => readRegistration(nowhere, { face: 'test' })).toThrow(/checks\[0\]\.host is missing.*checks\[0\]\.port is missing/);
  });
});

describe('checks as they are shown', () => {
  const wish = fc.record(
    {
      type: fc.constantFrom('http', 'tcp', 'udp', 'grpc'),
      name: fc.stringMatching(/^[a-z]{1,8}$/),
      interval: fc.integer({ min: 10_000, max: 100_000 }),
      timeout: fc.integer({ min: 10, max: 10_000 }),
      startPeriod: fc.nat({ max: 100_000 }),
      failuresBeforeCritical: fc.integer({ min: 1, max: 9 }),
      failuresBeforeWarning: fc.integer({ min: 1, max: 9 }),
      successBeforePassing: fc.integer({ min: 1, max: 9 }),
      port: fc.constantFrom('admin', 5),
    },
    { requiredKeys: ['type'] },
  );
  const more: Readonly<Record<string, fc.Arbitrary<object>>> = {
    http: fc.record(
      {
        path: fc.constantFrom('/', '/a?b=c'),
        method: fc.constantFrom('GET', 'POST'),
        headers: fc.constantFrom({}, { accept: 'x' }),
        body: fc.string({ unit: 'grapheme' }),
        statuses: fc.constantFrom('200-299', 204, '200,301-302'),
        contains: fc.string({ unit: 'grapheme' }),
        tls: fc.constantFrom(true, false, { verify: false }, { serverName: 'a.example' }),
      },
      { requiredKeys: [] },
    ),
    tcp: fc.record(
      { tls: fc.constantFrom(true, { verify: false }, { ca: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n' }) },
      { requiredKeys: [] },
    ),
    udp: fc.record({ send: fc.string({ unit: 'grapheme' }), contains: fc.string({ unit: 'grapheme' }) }, { requiredKeys: [] }),
    grpc: fc.record({ service: fc.constantFrom('', 'a.b') }, { requiredKeys: [] }),
  };
  const anyWish = wish.chain((one) => (more[one.type] as fc.Arbitrary<object>).map((rest) => ({ ...one, ...rest })));

  it('are the same when they are asked for as they are shown, and when they come back from the log', () => {
    fc.assert(
      fc.property(anyWish, (one) => {
        const registration = registered(one);
        expect(registered(...probed(registration).map(shownCheck))).toEqual(registration);
        const bytes = encodeInstanceRecord({ ...registration, incarnation: 5, registeredAtMs: 1, unknown: {} });
        expect(decodeInstanceRecord(Uint8Array.from(bytes))?.checks).toEqual(registration.checks);
      }),
    );
  });

  it('show no header that may be a secret', () => {
    const [check] = probed(registered({ type: 'http', headers: { Authorization: 'hush', accept: 'x' } }));
    expect(shownCheck(check as ProbedCheck)).toMatchObject({ headers: { Authorization: '…', accept: 'x' } });
  });
});
