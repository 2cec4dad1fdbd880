/** Why, through the door: what is answered has the shape of the contract, and nobody learns more than an instance's readers do. */
import { schemas } from '@rollcall/contract';
import { doers, happenings, MachineName, topics, type Instance, type NodeName, type Verdict } from '@rollcall/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Answered } from '../../doors/http/in-memory.fixture.js';
import { FedFace, instanceOf, registration, tester } from './native.fixture.js';
import { expectShape } from './shape.fixture.js';

let face: FedFace;
beforeEach(() => {
  face = new FedFace({ complete: false });
});

const lapse: Verdict = { status: 'critical', reason: 'lapse', sinceMs: 60_000, output: 'no heartbeat for 30s' };
const refused: Verdict = { status: 'critical', reason: 'probe', sinceMs: 60_000, output: 'refused' };

function show(...instances: readonly Instance[]): void {
  face.view.load({ epoch: 'e1', revision: 7, instances });
}

const lapsed = (id: string, fields: object = {}): Instance =>
  instanceOf(registration({ id, ...fields }), { health: 'critical', verdicts: { heartbeat: lapse }, healthRevision: 5 });

async function ask(url: string): Promise<{ readonly code: number; readonly headers: Answered['headers']; readonly body: unknown }> {
  const { statusCode, headers, body } = await face.ask({ url });
  return { code: statusCode, headers, body: JSON.parse(body) };
}

describe('GET /instances/{id}/why', () => {
  it('says what keeps it out of rotation, and what would put it back', async () => {
    show(lapsed('p1'));
    face.insight = { ...face.insight, heardAgesMs: new Map([['heartbeat', 41_000.7]]) };
    const { code, body, headers } = await ask('/instances/p1/why');
    expect([code, headers['rollcall-revision'], headers['cache-control']]).toEqual([200, '7', 'no-store']);
    expectShape('Why', body);
    expect(body).toMatchObject({
      inRotation: false,
      answered: false,
      backWhen: ['a heartbeat'],
      node: 'registry-1',
      checks: [{ name: 'heartbeat', status: 'critical', ttl: '30s', heardAgo: '41s', remedy: 'a heartbeat' }],
    });
  });

  it('shows what probes found last, and who looks after it', async () => {
    const one = registration({ id: 'p1', checks: [{ type: 'tcp', successBeforePassing: 3 }] });
    show(instanceOf(one, { health: 'critical', verdicts: { tcp: refused }, healthRevision: 5 }));
    const results = [{ finding: 'passing', output: 'connected', wallMs: 90_000, tookMs: 1.26 }] as const;
    const streak = { status: 'critical', successes: 1, failures: 0, wasWell: true } as const;
    const probes = new Map([['tcp', { streak, results, isBusy: false, nextInMs: 900.4, isDoubting: false }]]);
    face.insight = { ...face.insight, isOurs: false, onDuty: 'registry-2' as NodeName, probes };
    const { body } = await ask('/instances/p1/why?service=payments');
    expectShape('Why', body);
    expect(body).toMatchObject({
      onDuty: 'registry-2',
      backWhen: ['two more passing probes of "tcp" in a row'],
      checks: [{ successes: 1, nextIn: '900ms', results: [{ at: '1970-01-01T00:01:30.000Z', took: '1ms', finding: 'passing' }] }],
      reasons: [{ about: 'check' }, { about: 'duty' }],
    });
  });

  it('goes by bare ids as every such route does', async () => {
    show(lapsed('p1'), lapsed('p1', { service: 'orders' }), instanceOf(registration({ id: 'p2', machine: 'm1' })));
    expect((await ask('/instances/p1/why')).code).toBe(409);
    expect((await ask('/instances/p1/why?service=orders')).body).toMatchObject({ service: 'orders' });
    expect((await ask('/instances/p3/why')).code).toBe(404);
    expect((await ask('/instances/p1/why?namespace=blue')).code).toBe(404);
    expect((await ask('/instances/p1/why?colour=red')).code).toBe(400);
    const { body } = await ask('/instances/p2/why');
    expect(body).toMatchObject({ inRotation: true, backWhen: [], reasons: [{ about: 'machine' }] });
  });

  it('knows the guard of who is held', async () => {
    show({ ...lapsed('p1'), held: true, machine: MachineName.parse('m1') as MachineName });
    face.guard = { ...face.guard, held: 1, departed: 15, windowLeftMs: 60_000 };
    const { body } = await ask('/instances/p1/why');
    expect(JSON.stringify(body)).toContain('15 of 15 departures without a goodbye in 15m');
  });

  it('knows for a while who departed, and why', async () => {
    const one = registration({ id: 'p1' });
    face.view.load({ epoch: 'e1', revision: 0, instances: [] });
    await face.register(one, tester);
    await face.deregister(one, tester);
    const { code, body } = await ask('/instances/p1/why');
    expectShape('Why', body);
    expect([code, body]).toMatchObject([
      200,
      { inRotation: false, backWhen: ['a registration'], departed: { by: 'caller', text: 'departed: goodbye' }, checks: [] },
    ]);
    expect((await ask('/instances/p2/why')).code).toBe(404);
  });

  it('knows who departs while it is asked about', async () => {
    const one = registration({ id: 'p1' });
    face.view.load({ epoch: 'e1', revision: 0, instances: [] });
    await face.register(one, tester);
    const insight = face.insight;
    Object.defineProperty(face, 'insight', {
      get: () => {
        void face.deregister(one, tester);
        return insight;
      },
    });
    expect(await ask('/instances/p1/why')).toMatchObject({ code: 200, body: { departed: { text: 'departed: goodbye' } } });
  });
});

describe('GET /services/{name}/timeline', () => {
  beforeEach(async () => {
    face.view.load({ epoch: 'e1', revision: 0, instances: [] });
    for (const id of ['p1', 'p2']) await face.register(registration({ id }), tester);
    face.becomes(registration({ id: 'p1' }), 'critical');
  });

  it('tells what happened, the newest first', async () => {
    const { code, body } = await ask('/services/PAYMENTS/timeline');
    expect(code).toBe(200);
    expectShape('Timeline', body);
    expect(body).toMatchObject({
      service: 'payments',
      node: 'registry-1',
      events: [
        { id: 'p1', what: 'health' },
        // The double writes all of its records anew.
        { id: 'p1', what: 'registered-again' },
        { id: 'p2', what: 'registered', by: 'instance', face: 'native' },
        { id: 'p1', what: 'registered' },
      ],
    });
  });

  it('of one instance, and only so many', async () => {
    expect((await ask('/services/payments/timeline?id=p2')).body).toMatchObject({ events: [{ id: 'p2' }] });
    expect((await ask('/services/payments/timeline?limit=1')).body).toMatchObject({ events: [{ what: 'health' }] });
    expect((await ask('/services/nobody/timeline')).body).toMatchObject({ service: 'nobody', events: [] });
    for (const limit of ['0', '201', 'x', '1.5']) expect((await ask(`/services/payments/timeline?limit=${limit}`)).code).toBe(400);
  });
});

it('the contract has every word that is used', () => {
  expect(schemas.WhyReason.properties.about.enum).toEqual([...topics, 'departed']);
  expect(schemas.TimelineEvent.properties.what.enum).toEqual(happenings);
  expect(schemas.TimelineEvent.properties.by.enum).toEqual(doers);
});
