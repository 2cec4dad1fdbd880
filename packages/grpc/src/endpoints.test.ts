import type { Instance } from '@rollcall/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointsOf } from './endpoints.js';

function instance(id: number, fields: Partial<Instance> = {}): Instance {
  const usual = {
    namespace: 'default',
    service: 's',
    tags: [],
    metadata: {},
    ttl: '30s',
    deregisterAfter: '90s',
    mode: 'in',
    health: 'passing',
  } as const;
  const more = { incarnation: 1, registeredAt: '', revision: 1, host: '10.0.0.1', port: id, ports: {}, weight: 1 };
  return { ...usual, ...more, id: String(id), ...fields };
}

const portsOf = (instances: readonly Instance[], portName: string | null = null): readonly unknown[] =>
  endpointsOf(instances, portName).endpoints.flatMap(({ addresses }) => addresses.map((one) => ('port' in one ? one.port : one.path)));

describe('the endpoints', () => {
  it.each<[string, Partial<Instance>, string | null, unknown]>([
    ['the port', {}, null, 7],
    ['the port called grpc', { ports: { grpc: 9 } }, null, 9],
    ['the port that is named', { ports: { grpc: 9, admin: 5 } }, 'admin', 5],
    ['none of another name', { ports: { grpc: 9 } }, 'admin', undefined],
    ['a socket', { host: 'unix:/run/s.sock' }, null, '/run/s.sock'],
  ])('have %s', (_what, fields, portName, expected) => expect(portsOf([instance(7, fields)], portName)[0]).toBe(expected));

  it('leave out who has no address, and say so', () => {
    const { port: _port, ...portless } = instance(1);
    const { endpoints, unreachable } = endpointsOf([portless, instance(2)], null);
    expect([endpoints.length, unreachable]).toEqual([1, [portless]]);
  });

  it.each<[readonly number[], readonly number[]]>([
    [
      [1, 1, 1],
      [1, 2, 3],
    ],
    [
      [100, 100],
      [1, 2],
    ],
    [
      [3, 1],
      [1, 1, 1, 2],
    ],
    [
      [200, 100],
      [1, 1, 2],
    ],
    [[1, 0], [1]],
    [
      [0, 0],
      [1, 2],
    ],
  ])('of weights %j are %j', (weights, expected) => {
    const instances = weights.map((weight, at) => instance(at + 1, { weight }));
    expect(
      portsOf(instances)
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual(expected);
  });

  it('are as many as weights say, to a tenth of the heaviest, and bounded', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(weights, (all) => {
        const instances = all.map((weight, at) => instance(at + 1, { weight }));
        const ports = portsOf(instances);
        const heaviest = Math.max(...all);
        for (const [at, weight] of all.entries()) {
          const places = ports.filter((port) => port === at + 1).length;
          expect(places).toBeGreaterThanOrEqual(1);
          expect(places).toBeLessThanOrEqual(10);
          const unit = heaviest / Math.max(...all.map((_, other) => ports.filter((port) => port === other + 1).length));
          expect(Math.abs(places - weight / unit)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 50 },
    );
  });
});
