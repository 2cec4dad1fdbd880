import { isRollcallError, Namespace, type FieldProblem } from '@rollcall/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cannotExpress, read, write } from './map.js';
import { instanceOf, registration } from './native.fixture.js';

/** What the registry says of an instance, and nobody else. */
const ownWords = new Set(['mode', 'health', 'healthSince', 'healthOutput', 'incarnation', 'registeredAt', 'revision']);

const label = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const name = fc.oneof(label, fc.constant('__proto__'));
const anyRegistration = fc
  .record(
    {
      id: label,
      namespace: fc.constantFrom('default', 'blue'),
      port: fc.integer({ min: 1, max: 65_535 }),
      ports: fc.dictionary(label, fc.integer({ min: 1, max: 65_535 })),
      tags: fc.array(label),
      metadata: fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' })), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
      weight: fc.integer({ min: 0, max: 100 }),
      zone: label,
      version: label,
      ttl: fc.oneof(fc.constant('none'), fc.integer({ min: 200, max: 9999 })),
      deregisterAfter: fc.oneof(fc.constant('none'), fc.nat({ max: 9999 })),
    },
    { requiredKeys: ['id'] },
  )
  .map(registration);

function problemsOf(body: unknown): readonly FieldProblem[] {
  try {
    write(body, null);
  } catch (error) {
    if (isRollcallError(error, 'invalid-request')) return error.details['problems'] as readonly FieldProblem[];
    throw error;
  }
  return [];
}

describe('the native lens', () => {
  it('gives back what was put through it', () => {
    fc.assert(
      fc.property(anyRegistration, (one) => {
        const shown = JSON.parse(JSON.stringify(read(instanceOf(one)))) as object;
        const fields = Object.entries(shown).filter(([field]) => !ownWords.has(field));
        expect(write(Object.fromEntries(fields), null)).toEqual(one);
      }),
    );
  });

  it.each([
    { serviceName: 'payments', instanceId: 'a', address: '10.0.0.5' },
    { service_name: 'payments', instance_id: 'a', host: '10.0.0.5' },
    { service: 'payments', id: 'a', address: '10.0.0.5' },
  ])('understands both spellings: %j', (body) => {
    expect(write(body, null)).toMatchObject({ service: 'payments', id: 'a', host: '10.0.0.5' });
  });

  it.each([
    [{ serviceName: '' }, ['serviceName']],
    [{ service_name: 'a', instance_id: 'b', deregister_after: 'soon' }, ['deregister_after']],
    [{ service: 'a', serviceName: 'b' }, ['serviceName']],
    [{ service: 'a', id: 'b', metadata: { serviceName: 5 } }, ['metadata.serviceName']],
    ['text', ['body']],
  ])('names fields as %j spells them', (body, fields) => expect(problemsOf(body).map(({ field }) => field)).toEqual(fields));

  it('takes the namespace from the query, and refuses another one in the body', () => {
    const blue = Namespace.parse('blue') as Namespace;
    expect(write({ service: 'a', id: 'b' }, blue).namespace).toBe('blue');
    expect(write({ service: 'a', id: 'b', namespace: 'blue' }, blue).namespace).toBe('blue');
    expect(() => write({ service: 'a', id: 'b', namespace: 'red' }, blue)).toThrow('namespace');
  });

  it('loses only what it says that it loses', () => {
    expect(cannotExpress.map(({ feature }) => feature)).toEqual(['several heartbeats of one instance']);
    const [beat] = registration().checks;
    const several = { ...registration(), checks: [beat, { id: 'second', type: 'heartbeat', ttlMs: 1000 }] } as ReturnType<
      typeof registration
    >;
    expect(read(instanceOf(several))).toMatchObject({ ttl: '30s' });
  });

  it('shows the verdict that decides', () => {
    const verdicts = { heartbeat: { status: 'critical', reason: 'lapse', sinceMs: 0, output: 'no heartbeat for 30s' } } as const;
    expect(read(instanceOf(registration(), { health: 'critical', verdicts }))).toMatchObject({
      health: 'critical',
      healthSince: '1970-01-01T00:00:00.000Z',
      healthOutput: 'no heartbeat for 30s',
    });
  });

  it('reads or refuses whatever comes', () => {
    fc.assert(fc.property(fc.anything({ withNullPrototype: true }), (body) => void problemsOf(body)));
  });
});
