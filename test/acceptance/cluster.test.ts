/** Three nodes before three etcds, treated badly: killed, suspended, stopped, and left without a quorum. Nobody who beats is accused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEtcds, type EtcdProcess } from '../support/etcd-process.js';
import { describeWith } from '../support/program.js';
import { killPrograms, rollcall } from '../support/rollcall-program.js';
import { ask, instancesOf, pause, until } from './asking.js';
import { openStream, type EventStream } from './event-stream.js';
import { RegistryProcess } from './registry-process.js';

const NAMES = ['red', 'green', 'blue'] as const;
const FLEET = 30;
/** Far beyond what a busy machine holds up a beat. */
const TTL = '5s';
const BEAT_MS = 400;
/** As clients have it that do not wait for ever. */
const PATIENCE_MS = 800;
/** Longer than the lease of a node, so that the others go on without it. */
const SUSPENDED_MS = 8000;
/** A ttl and a term: by then whoever was wrongly judged would be gone. */
const AFTERWARDS_MS = 11_000;
const CASE_MS = 90_000;

let directory: string;
let etcds: readonly EtcdProcess[] = [];
const nodes: RegistryProcess[] = [];
let streams: readonly EventStream[] = [];
let beating: NodeJS.Timeout;
const ids = Array.from({ length: FLEET }, (_, at) => `pay-${at}`);

const storeOf = (): string => `etcd://${etcds.map(({ endpoint }) => endpoint).join(',')}`;
const node = (at: number): RegistryProcess => nodes[at % nodes.length] as RegistryProcess;

async function nodesSeenBy({ url }: RegistryProcess): Promise<readonly string[]> {
  const { body } = await ask(url, 'GET', '/nodes');
  const seen = body['nodes'] as readonly { readonly node: string; readonly answers: boolean; readonly member?: boolean }[];
  return seen.filter(({ answers, member }) => answers && member === true).map(({ node: name }) => name);
}

async function allAreThere(): Promise<void> {
  for (const one of nodes) await until(async () => (await nodesSeenBy(one)).join() === [...NAMES].toSorted().join());
}

/** What happened to the fleet since the snapshot, as each node told it. */
function changes(): readonly string[] {
  return streams.flatMap(({ events }) => events.map(({ event }) => event).filter((event) => event === 'change'));
}

async function fleetIsWhole(): Promise<void> {
  for (const one of nodes) expect(await instancesOf(one.url, 'payments')).toHaveLength(FLEET);
  expect(changes()).toEqual([]);
}

async function watchAnew(): Promise<void> {
  for (const stream of streams) stream.close();
  streams = await Promise.all(nodes.map(({ url }) => openStream(url, '/services/payments/instances')));
  await until(() => streams.every(({ events }) => events.length > 0));
}

/** Of two nodes by turns, so that one that is away costs nobody a ttl. */
function beat(turn: number): void {
  for (const at of [turn, turn + 1]) {
    void ask(node(at).url, 'PUT', '/heartbeats', { ids }, AbortSignal.timeout(PATIENCE_MS)).catch(() => undefined);
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
});
afterAll(async () => {
  await killPrograms();
  await rm(directory, { recursive: true, force: true });
});

describeWith(['etcd'], 'a cluster', () => {
  beforeAll(async () => {
    etcds = await startEtcds(3);
    for (const name of NAMES) nodes.push(await RegistryProcess.start({ args: ['--store', storeOf(), '--node', name, '--peer', '0'] }));
    const instances = ids.map((id) => ({ service: 'payments', id, host: '10.0.0.5', port: 8080, ttl: TTL, deregisterAfter: TTL }));
    await ask(node(0).url, 'POST', '/register/bulk', { instances });
    let turn = 0;
    beating = setInterval(() => beat(turn++), BEAT_MS);
    await allAreThere();
    for (const { url } of nodes) await until(async () => (await instancesOf(url, 'payments')).length === FLEET);
    await watchAnew();
  }, CASE_MS);
  afterAll(async () => {
    clearInterval(beating);
    for (const stream of streams) stream.close();
    for (const one of nodes) await one.close();
    for (const etcd of etcds) await etcd.end();
  }, CASE_MS);

  it('answers through one node what was said through another', { timeout: CASE_MS }, async () => {
    const { status, body } = await ask(node(0).url, 'POST', '/register', { service: 'mails', id: 'm1', host: '10.0.0.6', ttl: TTL });
    expect(status).toBe(201);
    expect((await ask(node(0).url, 'POST', '/register', { service: 'mails', host: '10.0.0.6', ttl: '1s' })).status).toBe(400);
    const revision = String(body['revision']);
    expect(await instancesOf(node(1).url, 'mails', `?minRevision=${revision}`)).toMatchObject([{ id: 'm1', health: 'passing' }]);
    // Known in the log, if not yet in this node's view: no node answers 404 for what another one has taken.
    expect((await ask(node(2).url, 'PUT', '/heartbeat/m1')).status).toBe(204);
    expect((await ask(node(2).url, 'DELETE', '/instances/m1')).status).toBe(204);
    expect((await ask(node(1).url, 'PUT', '/heartbeat/m1')).status).toBe(404);
    const shares = (await ask(node(1).url, 'GET', '/nodes')).body['nodes'] as readonly { readonly duty: { readonly instances: number } }[];
    expect(shares.reduce((sum, { duty }) => sum + duty.instances, 0)).toBe(FLEET);
  });

  it('notices who fell silent, whoever has the duty', { timeout: CASE_MS }, async () => {
    const silent = ['s1', 's2', 's3', 's4'].map((id) => ({ service: 'silent', id, host: '10.0.0.7', ttl: '2s', deregisterAfter: '2s' }));
    await ask(node(1).url, 'POST', '/register/bulk', { instances: silent });
    for (const { url } of nodes) await until(async () => (await instancesOf(url, 'silent', '?health=critical')).length === silent.length);
    for (const { url } of nodes) await until(async () => (await instancesOf(url, 'silent', '?health=any')).length === 0);
  });

  it('goes on when one is killed, which comes back under its name', { timeout: CASE_MS }, async () => {
    await node(0).kill();
    await until(async () => (await nodesSeenBy(node(1))).join() === 'blue,green');
    await node(0).start();
    await allAreThere();
    streams = streams.slice(1);
    await fleetIsWhole();
  });

  it('lets nobody have a name that is taken', { timeout: CASE_MS }, async () => {
    const second = rollcall('serve', '--store', storeOf(), '--node', 'green', '--http', '0', '--peer', '0', '--data', directory);
    expect(await second.ended).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('Another node called green is alive') as string,
    });
  });

  it('loses nobody by one that cannot start: it says goodbye', { timeout: CASE_MS }, async () => {
    const port = String(node(0).port);
    const { ended } = rollcall('serve', '--store', storeOf(), '--node', 'late', '--http', port, '--peer', '0', '--data', directory);
    expect(await ended).toMatchObject({ code: 1, complaints: expect.stringContaining('is taken') as string });
    await until(() => node(1).complaints.includes('"left":["late"]'));
    expect(node(1).complaints).not.toContain('"lost":["late"]');
  });

  it('goes on when one is suspended', { timeout: CASE_MS }, async () => {
    await watchAnew();
    node(2).signal('SIGSTOP');
    await until(async () => (await nodesSeenBy(node(0))).join() === 'green,red');
    await pause(SUSPENDED_MS);
    node(2).signal('SIGCONT');
    await allAreThere();
    await fleetIsWhole();
  });

  it('goes on when one is stopped, within ten seconds and without anybody’s missing it', { timeout: CASE_MS }, async () => {
    const beganMs = Date.now();
    node(1).signal('SIGTERM');
    await until(() => !node(1).isAlive);
    expect(Date.now() - beganMs).toBeLessThan(10_000);
    expect(await nodesSeenBy(node(0))).toEqual(['blue', 'red']);
    await node(1).start();
    await allAreThere();
    await watchAnew();
    await fleetIsWhole();
  });

  it('answers from memory while etcd has no quorum, and accuses nobody when it is back', { timeout: CASE_MS }, async () => {
    await watchAnew();
    const [, ...lost] = etcds;
    for (const etcd of lost) await etcd.kill();
    await until(async () => (await ask(node(0).url, 'GET', '/readyz')).body['stale'] === true);
    expect(await instancesOf(node(1).url, 'payments')).toHaveLength(FLEET);
    // Refused, or not known to have happened.
    expect([503, 504]).toContain((await ask(node(1).url, 'POST', '/register', { service: 'mails', id: 'm2', host: '10.0.0.6' })).status);
    expect((await ask(node(1).url, 'PUT', '/heartbeat/nobody')).status).toBe(503);
    // By then no node is a member any more: a beat counts if all that are there have heard of it.
    await until(async () => (await nodesSeenBy(node(0))).length === 0);
    await until(async () => (await ask(node(0).url, 'PUT', '/heartbeat/pay-0')).status === 204);
    await Promise.all(lost.map((etcd) => etcd.startAgain()));
    await allAreThere();
    await until(async () => (await ask(node(1).url, 'POST', '/register', { service: 'mails', id: 'm2', host: '10.0.0.6' })).status < 300);
    await pause(AFTERWARDS_MS);
    await fleetIsWhole();
  });
});

describe('a node without an etcd', () => {
  it('says so', { timeout: CASE_MS }, async () => {
    const { code, complaints } = await rollcall('serve', '--store', 'etcd://127.0.0.1:1', '--http', '0', '--peer', '0', '--data', directory)
      .ended;
    expect({ code, complaints }).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('No etcd at 127.0.0.1:1 answers') as string,
    });
  });
});
