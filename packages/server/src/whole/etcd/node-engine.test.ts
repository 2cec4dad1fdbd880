/** A registry's etcd door keeps the laws of the Store, as the engine of another registry: `--store etcd://another-rollcall`. */
import { storeConformance } from '@rollcall/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { serveOptions, type ServeOptions } from '../../options/options.js';
import { runRegistry, type Registry } from '../../registry.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { cannotOfEtcd, EtcdPool, lawsOfAny, silent, type EtcdMember } from '../../stores/etcd/subjects.fixture.js';

const usual = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;

function start(options: Partial<ServeOptions>): Promise<Registry> {
  return runRegistry(
    { ...usual, store: 'memory', http: 0, dns: 'off', ...options },
    { clock: systemClock, random: systemRandom, log: silent, version: '1.2.3' },
  );
}

async function startNode(): Promise<readonly [EtcdMember]> {
  const node = await start({ etcd: 0 });
  return [{ endpoint: node.doors['etcd'] ?? '', end: () => node.stop() }];
}

/** What an etcd would say, and a registry says only where it has to. */
const cannotOfNode = [
  ...cannotOfEtcd,
  {
    law: 'watch-start: or says that this is compacted',
    reason: 'whoever missed nothing of its range goes on, also behind compacted history',
  },
];

describe('another registry as the engine', () => {
  const pool = new EtcdPool({ start: startNode });
  afterAll(() => pool.end());

  storeConformance(pool.harness('another registry', cannotOfNode), { runs: 3 }, lawsOfAny);
});

describe('a registry on another registry', () => {
  const one = { service: 'payments', host: '10.0.0.5', port: 8080, id: 'a' };

  async function registered(url: string): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/register`, { method: 'POST', headers, body: JSON.stringify(one) });
    expect(answer.status).toBe(201);
    return (await fetch(`${url}/services/payments/instances`)).json();
  }

  it('keeps its instances there, behind a prefix of its own', { timeout: 30_000 }, async () => {
    const below = await start({ etcd: 0 });
    const store = serveOptions.store.kind.parse(`etcd://${below.doors['etcd']}`) as ServeOptions['store'];
    const above = await start({ store, etcdPrefix: '/upper', data: '' });
    try {
      expect(await registered(`http://${above.doors['http']}`)).toMatchObject({ instances: [{ id: 'a' }] });
      // It is the lower one's plain storage, and no instance of it.
      const lower = await fetch(`http://${below.doors['http']}/services/payments/instances`);
      expect(await lower.json()).toMatchObject({ instances: [] });
    } finally {
      await above.stop();
      await below.stop();
    }
  });
});
