/** Most of a fleet falls silent at once: out of rotation, held, in panic, and drained by an operator's word. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, instancesOf, until } from './asking.js';
import { RegistryProcess } from './registry-process.js';

const FLEET = 30;
const SILENT = 18;
const BUDGET = 4;
const BEAT_MS = 200;
/** Far beyond what a busy machine holds up a beat. */
const TTL = '3s';

let registry: RegistryProcess;
let beating: NodeJS.Timeout;
beforeAll(async () => {
  registry = await RegistryProcess.start({ args: ['--guard-departures', '2', '--guard-share', '15%', '--guard-window', '1m'] });
});
afterAll(() => {
  clearInterval(beating);
  return registry?.close();
});

const idOf = (at: number): string => `pay-${at}`;

describe('a fleet most of which falls silent', () => {
  it('leaves the rotation, is held but for a few, is answered whole, and drains when it is told to', async () => {
    const { url } = registry;
    const instances = Array.from({ length: FLEET }, (_, at) => ({
      service: 'payments',
      id: idOf(at),
      host: '10.0.0.5',
      port: 8000 + at,
      ttl: TTL,
      deregisterAfter: '2s',
    }));
    await ask(url, 'POST', '/register/bulk', { instances });
    const ids = instances.slice(SILENT).map(({ id }) => id);
    beating = setInterval(() => void ask(url, 'PUT', '/heartbeats', { ids }).catch(() => undefined), BEAT_MS);

    // In panic all that could be tried are answered, the silent ones too: who asks literally is told the truth.
    const answer = await until(async () => {
      const { body } = await ask(url, 'GET', '/services/payments/instances');
      return body['panic'] === true && body;
    });
    expect(answer['instances']).toHaveLength(FLEET);
    expect((await instancesOf(url, 'payments', '?health=passing')).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());

    const guard = await until(async () => {
      const { body } = await ask(url, 'GET', '/guard');
      return body['held'] === SILENT - BUDGET && body;
    });
    expect(guard).toMatchObject({ holding: true, presentAtStart: FLEET, budget: BUDGET, departed: BUDGET, left: 0, window: '1m' });
    expect(await instancesOf(url, 'payments')).toHaveLength(FLEET - BUDGET);
    expect((await ask(url, 'GET', '/status')).body).toMatchObject({ held: SILENT - BUDGET, panicking: 1 });

    expect((await ask(url, 'POST', '/guard/release')).body).toEqual({ released: SILENT - BUDGET });
    await until(async () => (await ask(url, 'GET', '/status')).body['held'] === 0);
    const { body } = await ask(url, 'GET', '/services/payments/instances');
    expect(body['panic']).toBeUndefined();
    expect((body['instances'] as readonly { readonly id: string }[]).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });
});
