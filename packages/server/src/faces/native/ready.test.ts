/** What lies ready, and what is heard in crowds, is answered as the ordinary way answers it: to the byte, whatever is asked. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Answered, Asked } from '../../doors/http/in-memory.fixture.js';
import { FedFace, registration, tester } from './native.fixture.js';

const path = fc.oneof(
  fc.constantFrom('/services/payments/instances', '/services/Payments/instances', '/services/nobody/instances', '/services', '/services/'),
  fc.constantFrom(
    '/services/%70ayments/instances',
    '/services//instances',
    '/services/a b/instances',
    '/instances/a',
    '/watch/',
    '/',
    '//',
    '/%',
  ),
  fc
    .constantFrom('a', 'b', 'flaky', 'cursed', 'nobody', 'shared', '..', '.', '%61', 'a%', 'ä', 'a/b', '', 'x'.repeat(257), '__proto__')
    .map((id) => `/heartbeat/${id}`),
);
const query = fc.constantFrom(
  '',
  '',
  '',
  '?',
  '?health=any',
  '?health=x',
  '?namespace=default',
  '?namespace=blue',
  '?limit=1',
  '?service=payments',
  '?&',
);
const headers = fc.record(
  {
    'accept': fc.constantFrom('application/json', '*/*', ''),
    'if-none-match': fc.constantFrom('"e1-4"', '"e1-2"', 'W/"e1-4"', '"e0-4"', '*'),
    'host': fc.constantFrom('localhost', 'evil.example', '127.0.0.1:8500'),
    'last-event-id': fc.constant('e1-2'),
    'origin': fc.constantFrom('http://localhost', 'http://evil.example'),
    'content-type': fc.constantFrom('application/json', 'text/plain'),
  },
  { requiredKeys: [] },
);
const payload = fc.option(fc.constantFrom('', '{}', '{"status":"passing"}', '{"mood":1}', '{', '[]'), { nil: undefined, freq: 2 });

const asked: fc.Arbitrary<Asked> = fc
  .record({ method: fc.constantFrom('GET', 'GET', 'PUT', 'PUT', 'HEAD', 'POST'), path, query, headers, payload })
  .map(({ method, path, query, headers, payload }) => ({
    method,
    url: encodeURI(decodeURIComponent(encodeURIComponent(`${path}${query}`))).replaceAll('%25', '%'),
    headers,
    ...(payload === undefined || method === 'GET' || method === 'HEAD' ? {} : { payload }),
  }));

async function faceWith(options: ConstructorParameters<typeof FedFace>[0]): Promise<FedFace> {
  const face = new FedFace(options);
  for (const fields of [
    { id: 'a' },
    { id: 'b', zone: 'x' },
    { id: 'shared' },
    { id: 'shared', service: 'orders' },
    { id: 'flaky' },
    { id: 'cursed' },
  ]) {
    await face.register(registration(fields), tester);
  }
  return face;
}

/** The date may be another second's, and when to come back is drawn by chance. */
function comparable({ headers, ...rest }: Answered): object {
  const retryAfter = headers['retry-after'] === undefined ? {} : { 'retry-after': 'some time' };
  return { ...rest, headers: { ...headers, ...retryAfter, date: '' } };
}

it('what lies ready is what would be answered anyway', async () => {
  const warm = await faceWith({});
  const cold = await faceWith({ cacheBytesMax: 0 });
  // Without the short ways.
  Object.defineProperty(cold.native, 'ready', { value: () => false });
  await fc.assert(
    fc.asyncProperty(asked, async (question) => {
      const expected = comparable(await cold.ask(question));
      // Rendered, kept at the second time, ready at the third.
      for (let time = 0; time < 3; time++) expect(comparable(await warm.ask(question))).toEqual(expected);
    }),
    { numRuns: 400 },
  );
}, 60_000);

it('heartbeats of one turn get each their own answer', async () => {
  const face = await faceWith({});
  const ids = ['a', 'nobody', 'flaky', 'b', 'shared', 'a'];
  const answers = await Promise.all(ids.map((id) => face.ask({ method: 'PUT', url: `/heartbeat/${id}` })));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 404, 504, 204, 409, 204]);
});
