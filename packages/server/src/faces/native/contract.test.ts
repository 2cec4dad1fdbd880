/** The contract tells the truth: what it allows is taken, what it does not allow is refused, and what is answered has its shape. */
import { problemStatuses, routes, schemas, type Route, type Schema } from '@rollcall/contract';
import {
  errorCatalogue,
  isRollcallError,
  readMachineWish,
  readModeChange,
  readOverride,
  readPanicRule,
  readPatch,
  readWord,
} from '@rollcall/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { write } from './map.js';
import { FedFace } from './native.fixture.js';
import { fits } from './shape.fixture.js';

function isTaken(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (isRollcallError(error, 'invalid-request')) return false;
    throw error;
  }
}

const odd = fc.constantFrom<unknown>(
  0,
  -1,
  1.5,
  70_000,
  true,
  '',
  ' ',
  'a b',
  'x\n',
  '__proto__',
  'é',
  [],
  {},
  ['', 'a'],
  { a: 1 },
  { '': 'a' },
);
const word = fc.constantFrom(
  'a',
  'payments',
  'Pay.ments_1',
  '10.0.0.5',
  'none',
  '30s',
  '..',
  'in',
  'out',
  'draining',
  'passing',
  'critical',
);
const value = fc.oneof(word, odd, fc.integer({ min: 1, max: 65_535 }), fc.dictionary(word, word), fc.array(word, { maxLength: 3 }));

/** An example in which one or two fields are something else, sometimes one that nobody knows. */
function bodyOf(name: keyof typeof schemas): fc.Arbitrary<object> {
  const { properties = {}, examples = [] } = schemas[name] as Schema;
  const field = fc.constantFrom(...Object.keys(properties), ...Object.keys(properties), 'stranger');
  const changes = fc.array(fc.tuple(field, value), { maxLength: 2 });
  return fc
    .tuple(fc.constantFrom(...(examples as object[])), changes)
    .map(([example, changed]) => ({ ...example, ...Object.fromEntries(changed) }));
}

/** What no schema says, and the prose beside it does. */
const beyondSchemas = /^(?:ttl|deregisterAfter|drainTime|host|addresses|reason)/;

function problemFieldsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!isRollcallError(error, 'invalid-request')) throw error;
    return (error.details['problems'] as readonly { readonly field: string }[]).map(({ field }) => field);
  }
}

describe.each<[keyof typeof schemas, (body: unknown) => unknown]>([
  ['Registration', (body) => write(body, null)],
  ['Heartbeat', readWord],
  ['ModeChange', readModeChange],
  ['InstancePatch', readPatch],
  ['MachineRegistration', readMachineWish],
  ['HealthOverride', readOverride],
  ['PanicRule', readPanicRule],
])('a body of %s', (name, read) => {
  const examples = ((schemas[name] as Schema).examples ?? []) as readonly object[];

  it.each(examples.map((example) => [example]))('such as %j is taken', (example) => {
    expect(isTaken(() => read(example))).toBe(true);
  });

  it('that is taken fits the schema', () => {
    fc.assert(
      fc.property(bodyOf(name), (body) => {
        if (isTaken(() => read(body))) expect(fits(name, body), JSON.stringify(body)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('that fits the schema is refused only for what no schema can say', () => {
    fc.assert(
      fc.property(bodyOf(name), (body) => {
        if (!fits(name, body) || Object.keys(body).length === 0) return;
        expect(problemFieldsOf(() => read(body)).filter((field) => !beyondSchemas.test(field))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the parameters of every route', () => {
  const face = new FedFace();
  const ask = ({ method, path }: Route, query: string): Promise<{ readonly statusCode: number; readonly body: string }> =>
    face.ask({ method, url: `${path.replaceAll(/\{\w+\}/g, 'a')}${query}` });
  const asked: readonly Route[] = routes.filter(
    ({ method, area, operation }) => method === 'GET' && area !== 'operations' && operation !== 'watch',
  );

  it.each(asked)('$method $path are known', async (route) => {
    for (const { name, example } of route.query ?? []) {
      const beside = name === 'wait' ? '&since=e1-0' : '';
      const { body } = await ask(route, `?${name.replace('KEY', 'team')}=${encodeURIComponent(example)}${beside}`);
      expect(body, name).not.toContain('invalid-request');
    }
  });

  it.each(asked)('$method $path are all that there are', async (route) => {
    expect(await ask(route, '?stranger=a')).toMatchObject({ statusCode: 400, body: expect.stringContaining('stranger') as string });
  });
});

it('every code of the catalogue has a status, and no other', () => {
  expect(Object.keys(problemStatuses).toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
});
