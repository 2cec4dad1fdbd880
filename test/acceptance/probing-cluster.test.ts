/** Three nodes before an etcd, and what they ask: each target by the node on duty, and by another one when that was killed. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEtcds, type EtcdProcess } from '../support/etcd-process.js';
import { describeWith } from '../support/program.js';
import { ask, instancesOf, pause, until } from './asking.js';
import { openStream } from './event-stream.js';
import { RegistryProcess } from './registry-process.js';

const NAMES = ['red', 'green', 'blue'] as const;
const TARGETS = 15;
const INTERVAL_MS = 1_000;
const CALM_MS = 6_000;
const CASE_MS = 90_000;
/** Its lease, a roster that is read, a turn: by then another node asks. */
const TAKEN_OVER_MS = 12_000;
/** One more at either end, jitter, and a turn that a busy machine held up. */
const TURNS_MAX: number = (1.1 * CALM_MS) / INTERVAL_MS + 2;

/** Each target is a page of one server. */
const asked = new Map<string, number[]>();
const statuses = new Map<string, number>();
const ids = Array.from({ length: TARGETS }, (_, at) => `t${at}`);

let pages: Server;
let etcds: readonly EtcdProcess[] = [];
const nodes: RegistryProcess[] = [];

function turnsOf(id: string, fromMs: number, toMs: number): number {
  return (asked.get(`/${id}`) ?? []).filter((atMs) => atMs >= fromMs && atMs < toMs).length;
}

async function healthAt({ url }: RegistryProcess): Promise<ReadonlyMap<string, unknown>> {
  const instances = await instancesOf(url, 'pages', '?health=any');
  return new Map(instances.map(({ id, health }) => [id, health]));
}

async function onDuty(id: string, { url }: RegistryProcess): Promise<string> {
  return String((await ask(url, 'GET', `/instances/${id}/why`)).body['onDuty']);
}

/** Within a calm while: everybody, and nobody twice as often as was asked for. */
async function expectCalm(): Promise<void> {
  const fromMs = Date.now();
  await pause(CALM_MS);
  for (const id of ids) {
    const turns = turnsOf(id, fromMs, fromMs + CALM_MS);
    expect(turns, `${id} was asked ${turns} times within ${CALM_MS} ms`).toBeLessThanOrEqual(TURNS_MAX);
    expect(turns, `${id} was not asked`).toBeGreaterThanOrEqual(1);
  }
}

describeWith(['etcd'], 'a cluster that probes', () => {
  beforeAll(async () => {
    pages = createServer(({ url = '' }, response) => {
      asked.set(url, [...(asked.get(url) ?? []), Date.now()]);
      response.writeHead(statuses.get(url) ?? 200).end();
    });
    await new Promise<void>((listening) => pages.listen(0, '127.0.0.1', listening));
    etcds = await startEtcds(1);
    const store = `etcd://${etcds.map(({ endpoint }) => endpoint).join(',')}`;
    for (const name of NAMES) nodes.push(await RegistryProcess.start({ args: ['--store', store, '--node', name, '--peer', '0'] }));
    statuses.set('/t0', 503);
    const { port } = pages.address() as AddressInfo;
    const instances = ids.map((id) => ({
      service: 'pages',
      id,
      host: '127.0.0.1',
      port,
      checks: [{ type: 'http', path: `/${id}`, interval: INTERVAL_MS, failuresBeforeCritical: 2 }],
    }));
    await ask((nodes[0] as RegistryProcess).url, 'POST', '/register/bulk', { instances });
  }, CASE_MS);
  afterAll(async () => {
    for (const node of nodes) await node.close();
    for (const etcd of etcds) await etcd.end();
    pages.close();
  }, CASE_MS);

  const isAsRegistered = (health: ReadonlyMap<string, unknown>): boolean =>
    ids.every((id) => health.get(id) === (statuses.get(`/${id}`) === 503 ? 'critical' : 'passing'));

  it('asks each target from one node, and shows what it found on all', { timeout: CASE_MS }, async () => {
    for (const node of nodes) await until(async () => isAsRegistered(await healthAt(node)));
    const duty = await Promise.all(ids.map((id) => onDuty(id, nodes[0] as RegistryProcess)));
    expect(new Set(duty).size).toBeGreaterThan(1);
    await expectCalm();
  });

  it('goes on where a node was killed: nothing is forgotten, and nobody asked twice', { timeout: CASE_MS }, async () => {
    const [survivor] = nodes as [RegistryProcess];
    const duties = new Map(await Promise.all(ids.map(async (id) => [id, await onDuty(id, survivor)] as const)));
    // Not the one that is asked here; and the one that is ill shall be taken over too, if it can.
    const lost = [duties.get('t0'), 'green', 'blue'].find((name) => name !== 'red' && [...duties.values()].includes(String(name)));
    const orphans = ids.filter((id) => duties.get(id) === lost);
    const stream = await openStream(survivor.url, '/services/pages/instances?health=any');
    await until(() => stream.events.length > 0);
    const told = stream.events.length;
    await nodes[NAMES.indexOf(lost as (typeof NAMES)[number])]?.kill();
    const killedMs = Date.now();
    for (const id of orphans) await until(() => turnsOf(id, killedMs + INTERVAL_MS, Infinity) > 0);
    expect(Date.now() - killedMs).toBeLessThan(TAKEN_OVER_MS + CALM_MS);
    await expectCalm();
    expect(isAsRegistered(await healthAt(survivor))).toBe(true);
    // Whoever takes over begins with what was found before.
    expect(stream.events.slice(told).filter(({ event }) => event === 'change')).toEqual([]);
    stream.close();
  });

  it('finds what changes from then on', { timeout: CASE_MS }, async () => {
    const alive = nodes.filter((node) => node.isAlive);
    statuses.set('/t0', 200);
    for (const id of ids.slice(1, 6)) statuses.set(`/${id}`, 503);
    for (const node of alive) await until(async () => isAsRegistered(await healthAt(node)));
  });
});
