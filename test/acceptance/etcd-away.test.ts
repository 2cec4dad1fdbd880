/** Every cell of "while etcd is slow or away" (docs/concepts/when-etcd-is-away.md), as its callers see it: real nodes, and an etcd that is suspended or killed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEtcds, type EtcdProcess } from '../support/etcd-process.js';
import { describeWith } from '../support/program.js';
import { ask, instancesOf, pause, until } from './asking.js';
import { openStream } from './event-stream.js';
import { RegistryProcess } from './registry-process.js';

/** A write waits for five seconds; the rest is for a busy machine. */
const BOUND_MS = 9_000;
/** What is refused at once, and what comes from memory, on a busy machine. */
const AT_ONCE_MS = 2_000;

const registration = (id: string) => ({ service: 'web', id, host: '10.0.0.5', port: 80, ttl: '10m' });

type Write = readonly [method: string, path: string, body?: object];
const writes: readonly Write[] = [
  ['POST', '/register', registration('new')],
  ['POST', '/register', registration('a')],
  ['DELETE', '/instances/a'],
  ['DELETE', '/deregister/b'],
  ['DELETE', '/instances/nobody'],
  ['PUT', '/instances/a/mode', { mode: 'out' }],
  ['PATCH', '/instances/a', { weight: 3 }],
  ['PUT', '/instances/a/health', { health: 'warning', reason: 'x' }],
  ['PUT', '/heartbeat/a', { status: 'warning' }],
  ['PUT', '/heartbeat/nobody'],
  ['PUT', '/machines/m', { addresses: {} }],
  ['DELETE', '/machines/m'],
  ['PUT', '/services/web/panic', { eligibleMin: 3, belowShare: 0.3 }],
];

interface Timed {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly tookMs: number;
}

async function timed(url: string, [method, path, body]: Write): Promise<Timed> {
  const begunMs = performance.now();
  const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}${path}`, { method, ...sent });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text, tookMs: performance.now() - begunMs };
}

const typeOf = ({ body }: Timed): string => (JSON.parse(body) as { type: string }).type.split(/[/:#]/).at(-1) ?? '';

describeWith(['etcd'], 'while etcd is slow or away', () => {
  const nodes: RegistryProcess[] = [];
  let etcd: EtcdProcess;

  beforeEach(async () => {
    [etcd] = (await startEtcds(1)) as [EtcdProcess];
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.close();
    await etcd.end();
  });

  async function startNode(name: string): Promise<RegistryProcess> {
    const args = ['--store', `etcd://${etcd.endpoint}`, '--peer', '0', '--node', name];
    const node = await RegistryProcess.start({ args });
    nodes.push(node);
    return node;
  }

  /** What comes from memory is answered as ever. */
  async function expectReads(url: string, isStale: boolean): Promise<void> {
    for (const path of [
      '/services',
      '/services/web/instances',
      '/services/web/instances?health=any',
      '/instances/a',
      '/readyz',
      '/status',
      '/metrics',
    ]) {
      const { status, headers, tookMs } = await timed(url, ['GET', path]);
      expect([path, status, path === '/metrics' ? isStale : headers.has('rollcall-age')]).toEqual([path, 200, isStale]);
      expect(tookMs).toBeLessThan(AT_ONCE_MS);
    }
    const { body } = await timed(url, ['GET', '/readyz']);
    expect(JSON.parse(body)).toMatchObject({ status: 'ready', stale: isStale });
    expect((await timed(url, ['PUT', '/heartbeat/a'])).status).toBe(204);
  }

  it('writes wait, then are refused at once; reads, beats and streams go on, and say how old they are', { timeout: 120_000 }, async () => {
    const { url } = await startNode('one');
    for (const id of ['a', 'b']) expect((await ask(url, 'POST', '/register', registration(id))).status).toBe(201);
    const stream = await openStream(url, '/services/web/instances');
    await expectReads(url, false);

    etcd.signal('SIGSTOP');
    const slow = Promise.all(writes.map((write) => timed(url, write)));
    const bulk = timed(url, ['POST', '/register/bulk', { instances: [registration('c'), registration('d')] }]);
    await expect(timed(url, ['PUT', '/heartbeat/a'])).resolves.toMatchObject({ status: 204 });
    for (const [at, answer] of (await slow).entries()) {
      const [method, path] = writes[at] as Write;
      // Whoever is not in the view cannot be looked up: that is a refusal, and for a removal nothing that was begun.
      const expected = path.includes('nobody') || method + path === 'DELETE/machines/m' ? [404, 503, 504] : [503, 504];
      expect([method, path, expected.includes(answer.status)]).toEqual([method, path, true]);
      if (path.includes('heartbeat')) expect(answer.status).not.toBe(404);
      expect(answer.tookMs).toBeLessThan(BOUND_MS);
    }
    // Whose turn came only when etcd was known to be away was refused; the others had been sent.
    expect((await slow)[0]?.status).toBe(504);
    expect(JSON.parse((await bulk).body)).toMatchObject({ results: [{ status: 504 }, { status: 504 }] });

    await until(async () => (await timed(url, ['POST', '/register', registration('new')])).status === 503);
    for (const write of writes) {
      const answer = await timed(url, write);
      expect([...write.slice(0, 2), answer.status, typeOf(answer)]).toEqual([...write.slice(0, 2), 503, 'store-unavailable']);
      expect(answer.headers.get('retry-after')).toMatch(/^[1-3]$/);
      expect(answer.tookMs).toBeLessThan(AT_ONCE_MS);
    }
    const beats = await timed(url, ['PUT', '/heartbeats', { ids: ['a', 'nobody', 'b'] }]);
    expect(JSON.parse(beats.body)).toMatchObject({ results: [{ status: 204 }, { status: 503 }, { status: 204 }] });
    await expectReads(url, true);
    const polled = await timed(url, ['GET', `/services/web/instances?since=${stream.lastId}&wait=1s`]);
    expect([polled.status, polled.headers.has('rollcall-age'), polled.tookMs < AT_ONCE_MS]).toEqual([200, true, true]);
    await until(() => stream.events.some(({ event, data }) => event === 'stale' && data.includes('"stale":true')));
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^rollcall_view_staleness_seconds [1-9]/m);

    etcd.signal('SIGCONT');
    await until(async () => !(await timed(url, ['GET', '/services'])).headers.has('rollcall-age'));
    await until(async () => (await timed(url, ['POST', '/register', registration('new')])).status < 300);
    await until(() => stream.events.at(-1)?.event === 'change' || stream.events.some(({ data }) => data.includes('"stale":false')));
    expect(stream.ended).toBe(false);
    stream.close();
  });

  it('etcd killed: refused at once; and when it is back nobody has departed', { timeout: 120_000 }, async () => {
    const { url } = await startNode('one');
    for (const id of ['a', 'b']) await ask(url, 'POST', '/register', registration(id));
    const stream = await openStream(url, '/services/web/instances');
    await etcd.kill();
    await until(async () => (await timed(url, ['GET', '/services'])).headers.has('rollcall-age'));
    for (const write of writes) {
      const answer = await timed(url, write);
      expect([...write.slice(0, 2), answer.status]).toEqual([...write.slice(0, 2), 503]);
      expect(answer.tookMs).toBeLessThan(AT_ONCE_MS);
    }
    await expectReads(url, true);
    await etcd.startAgain();
    await until(async () => (await timed(url, ['POST', '/register', registration('c')])).status < 300);
    await until(() => stream.events.some(({ event, data }) => event === 'change' && data.includes('"c"')));
    await expectReads(url, false);
    expect((await instancesOf(url, 'web')).map(({ id, health }) => [id, health])).toEqual(['a', 'b', 'c'].map((id) => [id, 'passing']));
    stream.close();
  });

  it(
    'beats are heard where the other node can be reached, and sent elsewhere where neither it nor etcd can',
    { timeout: 120_000 },
    async () => {
      const [one, two] = [await startNode('one'), await startNode('two')];
      const ids = Array.from({ length: 20 }, (_, at) => `i${at}`);
      for (const id of ids) await ask(one.url, 'POST', '/register', registration(id));
      await until(async () => (await instancesOf(two.url, 'web')).length === ids.length);
      const beats = async (url: string): Promise<readonly number[]> => {
        const { body } = await ask(url, 'PUT', '/heartbeats', { ids });
        return [...new Set((body['results'] as { status: number }[]).map(({ status }) => status))];
      };
      await etcd.kill();
      for (const { url } of [one, two]) {
        await until(async () => (await timed(url, ['GET', '/services'])).headers.has('rollcall-age'));
        expect(await beats(url)).toEqual([204]);
      }
      // Longer than the lease of a node: nobody knows any more who is a member, and all are told of every beat.
      await pause(8_000);
      for (const { url } of [one, two]) expect(await beats(url)).toEqual([204]);
      await two.kill();
      await until(async () => (await beats(one.url)).join() === '503');
      const begunMs = performance.now();
      expect(await timed(one.url, ['PUT', '/heartbeat/i0'])).toMatchObject({ status: 503 });
      expect(performance.now() - begunMs).toBeLessThan(AT_ONCE_MS);
      await etcd.startAgain();
      await until(async () => (await beats(one.url)).join() === '204');
      expect((await instancesOf(one.url, 'web')).length).toBe(ids.length);
    },
  );

  it('whoever had lapsed stays out while etcd is away, is told to beat again, and is back with etcd', { timeout: 120_000 }, async () => {
    const { url } = await startNode('one');
    await ask(url, 'POST', '/register', { ...registration('brief'), ttl: '2s', deregisterAfter: '1h' });
    await ask(url, 'POST', '/register', { ...registration('steady'), ttl: '3s', deregisterAfter: '1h' });
    const steady = setInterval(() => void timed(url, ['PUT', '/heartbeat/steady']).catch(() => undefined), 500);
    try {
      const healths = async () => (await instancesOf(url, 'web', '?health=any')).map(({ id, health }) => `${id} ${health}`);
      await until(async () => (await healths()).join() === 'brief critical,steady passing');
      await etcd.kill();
      await until(async () => (await timed(url, ['GET', '/services'])).headers.has('rollcall-age'));
      const answer = await timed(url, ['PUT', '/heartbeat/brief']);
      expect([answer.status, answer.tookMs < BOUND_MS]).toEqual([504, true]);
      clearInterval(steady);
      // Nobody beats, and nobody lapses: that would be a write.
      await pause(6_000);
      expect(await healths()).toEqual(['brief critical', 'steady passing']);
      await etcd.startAgain();
      await until(async () => (await timed(url, ['PUT', '/heartbeat/brief'])).status === 204);
      expect((await healths())[0]).toBe('brief passing');
    } finally {
      clearInterval(steady);
    }
  });

  it('a node that is started meanwhile begins with what it kept, and becomes what the log says', { timeout: 120_000 }, async () => {
    const [one, two] = [await startNode('one'), await startNode('two')];
    for (const id of ['a', 'b']) await ask(one.url, 'POST', '/register', registration(id));
    await until(async () => (await instancesOf(two.url, 'web')).length === 2);
    const kept = await until(async () => readFile(join(one.directory, 'view-snapshot')).catch(() => undefined));
    expect(kept.subarray(0, 13).toString()).toBe('ROLLCALL VIEW');
    await one.kill();
    await ask(two.url, 'DELETE', '/instances/b');
    await ask(two.url, 'POST', '/register', registration('c'));
    await two.kill();
    await etcd.kill();

    await one.start();
    const { url } = one;
    expect((await instancesOf(url, 'web')).map(({ id }) => id)).toEqual(['a', 'b']);
    const { headers, body } = await timed(url, ['GET', '/readyz']);
    expect([headers.has('rollcall-age'), JSON.parse(body)]).toMatchObject([true, { status: 'ready', stale: true }]);
    for (const write of [...writes, ['PUT', '/heartbeat/a'] as const]) {
      const answer = await timed(url, write);
      expect([...write.slice(0, 2), answer.status, typeOf(answer)]).toEqual([...write.slice(0, 2), 503, 'store-unavailable']);
      expect(answer.tookMs).toBeLessThan(AT_ONCE_MS);
    }
    const stream = await openStream(url, '/services/web/instances');

    await etcd.startAgain();
    await until(async () => !(await timed(url, ['GET', '/services'])).headers.has('rollcall-age'));
    expect((await instancesOf(url, 'web')).map(({ id, health }) => [id, health])).toEqual(['a', 'c'].map((id) => [id, 'passing']));
    await until(() => stream.events.filter(({ event }) => event === 'snapshot').length === 2);
    expect(stream.events.map(({ event }) => event)).toContain('resync');
    await until(async () => (await timed(url, ['PUT', '/heartbeat/a'])).status === 204);
    expect((await timed(url, ['PUT', '/heartbeat/b'])).status).toBe(404);
    stream.close();
  });

  it('a node that kept nothing, or something damaged, does not start, and says why', { timeout: 120_000 }, async () => {
    const node = await startNode('one');
    await ask(node.url, 'POST', '/register', registration('a'));
    const file = join(node.directory, 'view-snapshot');
    const whole = await until(async () => readFile(file).catch(() => undefined));
    await node.kill();
    await etcd.kill();
    whole[whole.length - 1] = (whole.at(-1) as number) ^ 1;
    await writeFile(file, whole);
    await expect(node.start()).rejects.toThrow(/the kept view is not used[^]*its checksum does not fit/);
  });
});
