/** A registry that was itself away accuses nobody: whoever goes on beating stays, also while nobody could hear it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, instancesOf, pause, until } from './asking.js';
import { openStream } from './event-stream.js';
import { RegistryProcess } from './registry-process.js';

const FLEET = 20;
/** Far beyond what a busy machine holds up a beat. */
const TTL = '2s';
const SUSPENDED_MS = 5000;
const BEAT_MS = 200;
/** As clients have it that do not wait for ever. */
const PATIENCE_MS = 500;
/** Two ttls and a term: by then whoever was wrongly judged would be gone. */
const AFTERWARDS_MS = 6500;

let registry: RegistryProcess;
let beating: NodeJS.Timeout;
beforeAll(async () => {
  registry = await RegistryProcess.start();
});
afterAll(() => {
  clearInterval(beating);
  registry?.signal('SIGCONT');
  return registry?.close();
});

describe('a registry that is suspended for longer than any ttl', () => {
  it('takes nobody out of rotation who goes on beating', { timeout: 60_000 }, async () => {
    const { url } = registry;
    const ids = Array.from({ length: FLEET }, (_, at) => `pay-${at}`);
    const instances = ids.map((id) => ({ service: 'payments', id, host: '10.0.0.5', port: 8080, ttl: TTL, deregisterAfter: TTL }));
    await ask(url, 'POST', '/register/bulk', { instances });
    const beat = (): Promise<unknown> => ask(url, 'PUT', '/heartbeats', { ids }, AbortSignal.timeout(PATIENCE_MS)).catch(() => undefined);
    beating = setInterval(() => void beat(), BEAT_MS);
    const stream = await openStream(url, '/services/payments/instances');
    await until(() => stream.events.length > 0);

    registry.signal('SIGSTOP');
    await pause(SUSPENDED_MS);
    registry.signal('SIGCONT');
    await pause(AFTERWARDS_MS);

    expect(registry.complaints).toContain('this node was away');
    expect(stream.events.map(({ event }) => event)).toEqual(['snapshot']);
    expect(await instancesOf(url, 'payments')).toHaveLength(FLEET);
    expect((await ask(url, 'GET', '/guard')).body).toMatchObject({ departed: 0, held: 0 });
    stream.close();
  });
});
