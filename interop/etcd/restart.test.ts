/** A registry that is killed and comes back, and the clients of its etcd door, none of which is told. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { connectEtcd, type EtcdNaming } from '@rollcall/grpc/etcd';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { echoClient, echoServer, tally } from '../../test/support/echo-servers.js';
import { freePorts } from '../../test/support/free-ports.js';
import { describeWith } from '../../test/support/program.js';
import { killPrograms, rollcall, type Running } from '../../test/support/rollcall-program.js';
import { COMPILES_WITHIN_MS, compiledGo, type GoProgram } from './go-program.js';

/** Go's client lets go of a lease that nobody has answered for as long as it lasts, and a registry takes its time to start. */
const TTL_SECONDS = 10;

describeWith(['go'], 'a registry that was killed', () => {
  const ends: (() => unknown)[] = [];
  let program: GoProgram;
  let directory: string;
  let endpoint: string;
  let running: Running;
  let naming: EtcdNaming;

  const start = async (): Promise<void> => {
    running = rollcall('serve', '--data', directory, '--http', '0', '--dns', 'off', '--etcd', endpoint.split(':')[1] ?? '');
    await running.url();
  };
  const kill = async (): Promise<void> => {
    const gone = once(running.child, 'exit');
    running.child.kill('SIGKILL');
    await gone;
  };

  beforeAll(async () => {
    program = await compiledGo('go');
    directory = await mkdtemp(join(tmpdir(), 'rollcall-interop-restart-'));
    endpoint = `127.0.0.1:${(await freePorts(1))[0]}`;
    await start();
    naming = connectEtcd(grpc, { endpoints: endpoint });
    naming.resolve();
    ends.push(() => naming.close());
  }, COMPILES_WITHIN_MS);
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
    await killPrograms();
    await program.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('finds its leases kept and its watchers watching', { timeout: 90_000 }, async () => {
    const servers = await Promise.all(['a', 'b', 'c'].map((name) => echoServer(grpc, name)));
    for (const server of servers) ends.push(() => server.kill());
    const [a, b, c] = servers.map(({ port }) => `127.0.0.1:${port}`) as [string, string, string];
    const turns: string[] = [];
    await naming.register('pay', a, { ttlSeconds: TTL_SECONDS, onState: (state) => turns.push(state) });
    const registering = spawn(program.path, [endpoint, 'register', 'pay', b, String(TTL_SECONDS)], { stdio: ['pipe', 'pipe', 'ignore'] });
    ends.push(() => registering.kill('SIGKILL'));
    await once(registering.stdout, 'data');
    let answering: readonly string[] = [];
    const resolving = spawn(program.path, [endpoint, 'resolve', 'pay'], { stdio: ['ignore', 'pipe', 'ignore'] });
    ends.push(() => resolving.kill('SIGKILL'));
    resolving.stdout
      .setEncoding('utf8')
      .on('data', (text: string) => (answering = JSON.parse(text.trim().split('\n').at(-1) ?? '[]') as string[]));
    const client = echoClient(grpc, 'etcd:///pay');
    ends.push(() => client.close());
    await expect.poll(() => answering).toEqual([a, b].toSorted());
    await expect.poll(() => tally(client, 4)).toEqual({ a: 2, b: 2 });
    await kill();
    expect(await tally(client, 4)).toEqual({ a: 2, b: 2 });
    await start();
    // Longer than their leases: both go on keeping them.
    await new Promise((resolve) => setTimeout(resolve, (TTL_SECONDS + 1) * 1000));
    expect(answering).toEqual([a, b].toSorted());
    expect((await naming.list('pay')).map(({ address }) => address).toSorted()).toEqual([a, b].toSorted());
    await naming.add('pay', c);
    await expect.poll(() => answering).toEqual([a, b, c].toSorted());
    await expect.poll(() => tally(client, 6)).toEqual({ a: 2, b: 2, c: 2 });
    registering.kill('SIGKILL');
    await expect.poll(() => answering).toEqual([a, c].toSorted());
    expect(turns.at(-1)).toBe('registered');
  });
});
