import type { Host, InstanceId, ServiceName } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { checkKind } from './check-body.js';
import { translateCheck, type CheckPlace } from './check-terms.js';

const place: CheckPlace = {
  host: '10.0.0.7' as Host,
  localhost: '10.0.0.7' as Host,
  follow: (id) => ({ service: id as ServiceName, id: `${id}@x` as InstanceId }),
};
const translated = (said: object, at: CheckPlace = place): ReturnType<typeof translateCheck> =>
  translateCheck(checkKind(said, 'body'), 'c', 'a check', at);
const probe = (said: object, at?: CheckPlace): unknown => {
  const { check } = translated(said, at);
  return check.type === 'heartbeat' ? null : check.probe;
};

describe('a check of Consul', () => {
  it.each<[string, object, object]>([
    ['a ttl', { TTL: '30s' }, { type: 'heartbeat', ttlMs: 30_000, born: 'critical' }],
    ['in snake case, in nanoseconds', { ttl: 30_000_000_000, status: 'passing' }, { type: 'heartbeat', ttlMs: 30_000, born: 'passing' }],
    ['a ttl that nobody could keep to', { TTL: '1ms' }, { ttlMs: 200 }],
  ])('%s', (_what, said, check) => {
    expect(translated(said).check).toMatchObject({ id: 'c', ...check });
  });
});

describe('what a check of Consul asks', () => {
  it('is a page, with all that goes with it', () => {
    const page = { HTTP: 'https://user:secret@10.0.0.7/health?deep=1#x', Method: 'post', Header: { 'X-A': ['1', '2'] } };
    expect(probe({ ...page, TLSSkipVerify: true, Interval: '5s' })).toMatchObject({
      intervalMs: 5000,
      timeoutMs: 10_000,
      spec: { host: '10.0.0.7', port: 443, path: '/health?deep=1', method: 'POST', headers: { 'X-A': '1, 2' }, tls: { verify: false } },
    });
  });

  it.each<[string, object, object]>([
    [
      'more often than anybody asks',
      { HTTP: 'http://10.0.0.7:80', Interval: '100ms', Timeout: '5m' },
      { intervalMs: 1000, timeoutMs: 60_000 },
    ],
    [
      'a page of its own machine',
      { HTTP: 'http://localhost:8080/', Interval: '5s' },
      { spec: { host: '10.0.0.7', port: 8080, tls: null } },
    ],
    ['a port', { TCP: '127.0.0.1:5432', Interval: '5s' }, { spec: { type: 'tcp', host: '10.0.0.7', port: 5432 } }],
    ['a port of another', { TCP: '[fd00::1]:5432', Interval: '5s' }, { spec: { type: 'tcp', host: 'fd00::1', port: 5432 } }],
    ['a port without a host', { UDP: ':53', Interval: '5s' }, { spec: { type: 'udp', host: '10.0.0.7', port: 53 } }],
    [
      'a gRPC service',
      { GRPC: '10.0.0.7:50051/my.Service', GRPCUseTLS: true, Interval: '5s' },
      { spec: { type: 'grpc', port: 50_051, service: 'my.Service', tls: { verify: true } } },
    ],
    [
      'a program',
      { Args: ['/bin/check', '-x'], Interval: '5s' },
      { timeoutMs: 30_000, spec: { type: 'script', command: '/bin/check', args: ['-x'] } },
    ],
    ['somebody else, now and then', { AliasService: 'db', Interval: '1s' }, { spec: { type: 'alias', service: 'db' } }],
    ['somebody else', { AliasService: 'db' }, { spec: { type: 'alias', service: 'db', id: 'db@x' } }],
    [
      'how many in a row',
      { TCP: ':1', Interval: '5s' },
      { thresholds: { successBeforePassing: 1, failuresBeforeWarning: 1, failuresBeforeCritical: 1 } },
    ],
    [
      'how many more in a row',
      { TCP: ':1', Interval: '5s', SuccessBeforePassing: 2, FailuresBeforeWarning: 1, FailuresBeforeCritical: 3 },
      { thresholds: { successBeforePassing: 2, failuresBeforeWarning: 1, failuresBeforeCritical: 3 } },
    ],
  ])('%s', (_what, said, expected) => {
    expect(probe(said)).toMatchObject(expected);
  });
});

describe('a check of Consul that cannot be', () => {
  it.each<[string, object, string]>([
    ['nothing at all', {}, 'TTL must be > 0'],
    ['both', { TTL: '10s', Interval: '10s', HTTP: 'http://x/' }, 'Interval and TTL cannot both be specified'],
    ['no interval', { HTTP: 'http://x/' }, 'Interval must be > 0'],
    ['a warning after the end', { TTL: '1s', FailuresBeforeWarning: 2 }, "can't be higher than FailuresBeforeCritical"],
    ['an alias of a node', { AliasNode: 'n' }, 'name a service with AliasService'],
    ['what nobody makes', { H2PING: 'x:1', Interval: '1s' }, 'makes no H2PING checks'],
    ['what is no address', { TCP: 'nonsense', Interval: '1s' }, 'allowed is HOST:PORT'],
    ['a port that is none', { TCP: '10.0.0.7:99999', Interval: '1s' }, 'port is 99999'],
    ['another scheme', { HTTP: 'ftp://x/', Interval: '1s' }, 'allowed is an address such as'],
    ['another status', { TTL: '1s', Status: 'fine' }, 'Bad check status: "fine"'],
    ['too long a ttl', { TTL: '48h' }, 'allowed is at most 24h0m0s'],
  ])('%s is refused', (_what, said, text) => {
    expect(() => translated(said)).toThrow(text);
  });
});

describe('the terms of a check of Consul', () => {
  it('takes the registry’s own machine as it is called, where that is meant', () => {
    const home = { ...place, host: '127.0.0.1' as Host, localhost: '127.0.0.1' as Host };
    expect(probe({ TCP: 'localhost:1', Interval: '1s' }, home)).toMatchObject({ spec: { host: '127.0.0.1' } });
    expect(probe({ TCP: '127.0.0.5:1', Interval: '1s' }, home)).toMatchObject({ spec: { host: '127.0.0.5' } });
  });

  it.each([
    ['10s', 60_000],
    ['90m', 5_400_000],
    ['1000h', 604_800_000],
  ])('lets its service depart after %s at its own pace', (said, ms) => {
    expect(translated({ TTL: '10s', DeregisterCriticalServiceAfter: said }).kept).toMatchObject({ deregisterAfterMs: ms });
  });
});
