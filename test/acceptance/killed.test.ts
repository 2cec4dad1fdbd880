/** Acknowledged is acknowledged: the registry is killed again and again while a thousand instances register. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, instancesOf, pause } from './asking.js';
import { RegistryProcess } from './registry-process.js';

const CLIENTS = 8;
const REGISTRATIONS = 1000;
/** After so many acknowledgements. */
const KILLED_AFTER = [200, 600];
const BETWEEN_TRIES_MS = 20;

let registry: RegistryProcess;
beforeAll(async () => {
  registry = await RegistryProcess.start();
});
afterAll(() => registry?.close());

describe('a registry that is killed', () => {
  it('has everything that it acknowledged, and told nobody anything else', { timeout: 60_000 }, async () => {
    const left = Array.from({ length: REGISTRATIONS }, (_, at) => `i-${at}`);
    const acknowledged: string[] = [];
    const statuses = new Set<number>();
    const client = async (): Promise<void> => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        while (!(await registered(id, statuses))) await pause(BETWEEN_TRIES_MS);
        acknowledged.push(id);
      }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    for (const count of KILLED_AFTER) {
      while (acknowledged.length < count) await pause(1);
      await registry.kill();
      await registry.start();
    }
    await clients;
    await registry.kill();
    await registry.start();
    const found = new Set((await instancesOf(registry.url, 'payments', '?health=any')).map(({ id }) => id));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(acknowledged.length).toBe(REGISTRATIONS);
    expect([...statuses].filter((status) => status !== 200 && status !== 201)).toEqual([]);
  });
});

/** `false`: the connection broke; nobody knows whether it was heard. */
async function registered(id: string, statuses: Set<number>): Promise<boolean> {
  try {
    const { status } = await ask(registry.url, 'POST', '/register', { service: 'payments', id, host: '10.0.0.5', port: 8080, ttl: 'none' });
    statuses.add(status);
    return status < 300;
  } catch (error) {
    // What fetch throws where no answer came; anything else is a fault.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
