/** Registrations and instances, made up: by hand for tables, at random for laws. */
import { everything } from '../access/permissions.js';
import fc from 'fast-check';
import { readRegistration } from '../registrar/read-registration.js';
import type { Caller } from '../face.js';
import { InstanceId, Namespace, ServiceName } from './names.js';
import type { Registration } from './registration.js';

export const someone: Caller = { identity: 'anonymous', may: everything, from: '127.0.0.1', face: 'test' };

export function registration(fields: Readonly<Record<string, unknown>> = {}): Registration {
  return readRegistration({ service: 'payments', host: '10.0.0.5', port: 8080, ...fields }, { face: 'test' });
}

export function serviceName(text: string): ServiceName {
  return ServiceName.parse(text) as ServiceName;
}

export function instanceId(text: string): InstanceId {
  return InstanceId.parse(text) as InstanceId;
}

export const anyServiceName: fc.Arbitrary<ServiceName> = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._~:-]{0,20}$/).map(serviceName);

/** Any text that is allowed, slashes, percent signs and all scripts included. */
export const anyInstanceId: fc.Arbitrary<InstanceId> = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .map((text) => InstanceId.parse(text))
  .filter((id) => id !== undefined);

const name = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'a'), fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}$/));
const label = fc.stringMatching(/^[ -~]{1,20}$/);
const port = fc.integer({ min: 1, max: 65_535 });

/** What a client may send. */
export const anyFields: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    service: anyServiceName,
    id: anyInstanceId,
    namespace: fc.constantFrom('default', 'blue'),
    host: fc.constantFrom('10.0.0.5', '::1', 'db.internal', 'localhost'),
    port,
    ports: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), port, { maxKeys: 3 }),
    tags: fc.array(label, { maxLength: 3 }),
    metadata: fc
      .array(fc.tuple(name, fc.string({ unit: 'grapheme', maxLength: 20 })), { maxLength: 4 })
      .map((pairs) => Object.fromEntries(pairs)),
    weight: fc.integer({ min: 0, max: 65_535 }),
    zone: label,
    region: label,
    version: label,
    machine: label,
    ttl: fc.oneof(fc.constant('none'), fc.integer({ min: 200, max: 100_000 })),
    deregisterAfter: fc.oneof(fc.constant('none'), fc.integer({ min: 0, max: 500_000 })),
  },
  { requiredKeys: ['service', 'id'] },
);

const anyOrigin = fc
  .option(fc.dictionary(fc.constantFrom('other', '__proto__', 'third'), fc.string({ unit: 'grapheme' }), { minKeys: 1 }), {
    nil: undefined,
  })
  .map((kept) => (kept === undefined ? { face: 'test' } : { face: 'test', kept }));

export const anyRegistration: fc.Arbitrary<Registration> = fc
  .tuple(anyFields, anyOrigin)
  .map(([fields, origin]) => readRegistration(fields, origin));

export const defaultNamespace: Namespace = Namespace.default;
