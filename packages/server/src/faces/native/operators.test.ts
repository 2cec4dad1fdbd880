import { beforeEach, describe, expect, it } from 'vitest';
import { FedFace, instanceOf, registration, someBudget } from './native.fixture.js';
import { expectShape } from './shape.fixture.js';

let face: FedFace;
beforeEach(() => {
  face = new FedFace();
});

async function ask(method: string, url: string, body?: object): Promise<{ readonly status: number; readonly body: object }> {
  const sent = body === undefined ? {} : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await face.ask({ method, url, ...sent });
  return { status: answer.statusCode, body: answer.body === '' ? {} : (JSON.parse(answer.body) as object) };
}

const id = 'payments-10.0.0.5-8080';

describe('the guard', () => {
  it('is told as it is', async () => {
    const { body } = await ask('GET', '/guard');
    expectShape('Guard', body);
    expect(body).toMatchObject({ window: '15m', presentAtStart: 100, budget: 15, left: 15, held: 0, holding: false });
    expect(body).not.toHaveProperty('windowStart');
  });

  it('that is none has no numbers', async () => {
    face.guard = { ...someBudget, budget: Number.MAX_SAFE_INTEGER, left: Number.MAX_SAFE_INTEGER, windowStartMs: 0, windowLeftMs: 1500.4 };
    const { body } = await ask('GET', '/guard');
    expectShape('Guard', body);
    expect(body).toMatchObject({ windowLeft: '1500ms', windowStart: '1970-01-01T00:00:00.000Z' });
    expect(body).not.toHaveProperty('budget');
    expect(body).not.toHaveProperty('left');
  });

  it('names some of those who are held, never all of a large fleet', async () => {
    const held = { health: 'critical', held: true } as const;
    const instances = Array.from({ length: 150 }, (_, at) => instanceOf(registration({ id: `i${at}` }), at === 7 ? {} : held));
    face.view.load({ epoch: 'e1', revision: 9, instances });
    face.guard = { ...someBudget, held: 149 };
    const { body } = await ask('GET', '/guard');
    expectShape('Guard', body);
    const { instances: shown } = body as { readonly instances: readonly { readonly id: string; readonly held: boolean }[] };
    expect({ count: shown.length, allHeld: shown.every((one) => one.held) }).toEqual({ count: 100, allHeld: true });
  });

  it.each([
    ['', {}],
    ['?namespace=blue', { namespace: 'blue' }],
    ['?service=Pay', { namespace: 'default', service: 'Pay' }],
    ['?service=Pay&namespace=blue', { namespace: 'blue', service: 'Pay' }],
  ])('lets go whom %j means', async (query, meant) => {
    face.guard = { ...someBudget, held: 3 };
    const { status, body } = await ask('POST', `/guard/release${query}`);
    expectShape('Released', body);
    expect({ status, body, wishes: face.wishes }).toEqual({ status: 200, body: { released: 3 }, wishes: [meant] });
  });
});

describe('the rule for panic', () => {
  it('is the usual one, until a service has its own', async () => {
    const { body } = await ask('GET', '/services/Pay/panic');
    expectShape('ServicePanic', body);
    expect(body).toMatchObject({ namespace: 'default', service: 'Pay', eligibleMin: 10, belowShare: 0.5, own: false, panic: false });
    expect((await ask('PUT', '/services/Pay/panic?namespace=blue', { eligibleMin: 3, belowShare: 0.2 })).status).toBe(200);
    expect((await ask('DELETE', '/services/Pay/panic')).status).toBe(204);
    expect(face.wishes).toEqual([
      { namespace: 'blue', service: 'Pay', rule: { eligibleMin: 3, belowShare: 0.2 } },
      { namespace: 'default', service: 'Pay', rule: null },
    ]);
  });

  it.each([
    {},
    { eligibleMin: 1 },
    { eligibleMin: -1, belowShare: 0.5 },
    { eligibleMin: 1, belowShare: 1.1 },
    { eligibleMin: 1, belowShare: '50%' },
  ])('cannot be %j', async (rule) => {
    expect((await ask('PUT', '/services/pay/panic', rule)).status).toBe(400);
    expect(face.wishes).toEqual([]);
  });
});

it('the health of an instance is said from outside, and taken back', async () => {
  await ask('POST', '/register', { service: 'payments', host: '10.0.0.5', port: 8080 });
  expect((await ask('PUT', `/instances/${id}/health`, { health: 'critical', reason: 'garbage' })).status).toBe(200);
  expect((await ask('DELETE', `/instances/${id}/health`)).status).toBe(204);
  expect((await ask('PUT', `/instances/${id}/health`, { health: 'fine' })).status).toBe(400);
  expect((await ask('DELETE', '/instances/nobody/health')).status).toBe(404);
  expect(face.wishes).toEqual([{ status: { health: 'critical', reason: 'garbage' } }, { status: null }]);
});

it('the node is told at a glance', async () => {
  face.view.load({ epoch: 'e1', revision: 9, instances: [instanceOf(registration())] });
  const { body } = await ask('GET', '/status');
  expectShape('Status', body);
  expect(body).toMatchObject({ node: 'registry-1', epoch: 'e1', revision: 9, stale: false, services: 1, held: 0, instances: { total: 3 } });
  expect(body).not.toHaveProperty('store');
});
