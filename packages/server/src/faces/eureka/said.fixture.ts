/** Instances as Eureka's clients may describe them, at random. */
import fc from 'fast-check';
import { instanceOf, type Instance, type Registration } from '@rollcall/core';
import { dataCenters, statuses, type Said } from './document.js';

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}$/);
const anyText = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 10 }).filter((text) => !/\p{Cs}/u.test(text)),
);
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(text, { nil: null });
const url = word.map((name) => `http://${name}:8080/`);
const texts = fc.dictionary(anyText, anyText, { maxKeys: 5 }).map(withoutClass);
const port = fc.record({ number: fc.integer({ min: 0, max: 70_000 }), enabled: fc.boolean() });
const address = fc.oneof(
  fc.ipV4().filter((text) => text !== '0.0.0.0'),
  word,
  fc.ipV6().filter((text) => !/^[0:]+$/.test(text)),
);

/** `@class` is what Java adds, and nobody's metadata. */
function withoutClass(table: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(table).filter(([name]) => name !== '@class'));
}

export const anySaid: fc.Arbitrary<Said> = fc.record<Said>({
  instanceId: maybe(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9:@ ._-]{0,30}$/)),
  hostName: fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,8}[a-z0-9])?(?:\.example)?$/),
  app: fc.stringMatching(/^[A-Z][A-Z0-9_.~:-]{0,20}$/),
  ipAddr: address,
  sid: maybe(word.filter((text) => text !== 'na' && text !== 'unknown')),
  status: fc.constantFrom(...statuses),
  overriddenStatus: fc.constantFrom('UNKNOWN', 'UP'),
  port,
  securePort: port,
  countryId: fc.integer({ min: 0, max: 300 }),
  dataCenter: fc.constantFrom(...dataCenters).chain((name) =>
    (name === 'Amazon' ? texts.map((table) => ({ ...table, 'instance-id': 'i-1' })) : fc.constant({})).map((metadata) => ({
      name,
      metadata,
    })),
  ),
  lease: fc.record({ renewalSeconds: fc.integer({ min: 1, max: 900 }), durationSeconds: fc.integer({ min: 1, max: 100_000 }) }),
  metadata: texts,
  appGroupName: maybe(word.map((text) => text.toUpperCase())),
  homePageUrl: maybe(url),
  statusPageUrl: maybe(url),
  healthCheckUrl: maybe(url),
  secureHealthCheckUrl: maybe(url),
  vipAddress: maybe(word),
  secureVipAddress: maybe(word),
  isCoordinatingDiscoveryServer: fc.boolean(),
  lastDirtyMs: fc.integer({ min: 0, max: 2 ** 45 }),
  asgName: maybe(word),
});

const nothingFound: Parameters<typeof instanceOf>[1] = {
  verdicts: {},
  healthRevision: 0,
  held: false,
  intent: null,
  intentRevision: 0,
  machine: null,
};

/** As the catalog would show it when nothing was found yet. */
export function born(registration: Registration, like: Partial<Instance> = {}): Instance {
  const one = { ...registration, incarnation: 1, registeredAtMs: 5, createRevision: 1, revision: 1 };
  return { ...instanceOf(one, nothingFound), ...like };
}
