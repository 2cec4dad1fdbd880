/** Two nodes of a cluster within one program, before a real etcd. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEtcds, type EtcdProcess } from '../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../test/support/program.js';
import { startRegistry, type EmbeddedRegistry } from '../embedded.js';

/** An etcd elects itself, and a name that was not given back is waited for. */
const CASE_MS = 40_000;

describeWith(['etcd'], 'embedded registries before one etcd', () => {
  let etcd: EtcdProcess | undefined;
  const running: EmbeddedRegistry[] = [];
  beforeAll(async () => {
    [etcd] = await startEtcds(1);
  }, CASE_MS);
  afterAll(async () => {
    for (const registry of running) await registry.close();
    await etcd?.end();
  }, CASE_MS);

  async function start(node: string): Promise<EmbeddedRegistry> {
    const registry = await startRegistry({ store: `etcd://${etcd?.endpoint ?? ''}`, node });
    running.push(registry);
    return registry;
  }

  it('are nodes of one cluster, each by its name', { timeout: CASE_MS }, async () => {
    const [one, two] = [await start('one'), await start('two')];
    await expect(start('one')).rejects.toThrow('Another node called one is alive');
    const sent = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ service: 'payments', id: 'p1' }) };
    const registered = await fetch(`${one.url}/register`, { method: 'POST', ...sent });
    const revision = registered.headers.get('rollcall-revision');
    const found = await fetch(`${two.url}/services/payments/instances?minRevision=${revision}`);
    expect(await found.json()).toMatchObject({ instances: [{ id: 'p1' }] });
    const nodes = await fetch(`${two.url}/nodes`);
    expect(await nodes.json()).toMatchObject({
      nodes: [
        { node: 'one', answers: true },
        { node: 'two', self: true },
      ],
    });
  });

  it('are refused what makes no sense there', () =>
    expect(startRegistry({ role: 'replica' })).rejects.toThrow('--role replica is for several nodes'));
});
