/** Services with the clients that they have, beside others that speak no Consul: each finds all of them, in its own protocol. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { Resolver } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock, type Registry } from 'rollcall/parts';
import { idleRegistry } from '../../test/support/idle-registry.js';
import { describeWith } from '../../test/support/program.js';

/** They are compiled first, and what they need is fetched. */
const LONG_MS = 290_000;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

let registry: Registry;
let directory: string;
let dns: Resolver;
const children: ChildProcessWithoutNullStreams[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-estate-'));
  registry = await idleRegistry({ dns: { port: 0, isWished: true } }, { clock: systemClock });
  dns = new Resolver();
  dns.setServers([registry.doors['dns'] ?? '']);
  await register({ service: 'payments', id: 'p1', host: '10.0.0.9', port: 9000, tags: ['green'] });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await registry.stop();
  await rm(directory, { recursive: true, force: true });
});

const door = (): string => registry.doors['http'] ?? '';

async function register(fields: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`http://${door()}/register`, { method: 'POST', headers, body: JSON.stringify({ ttl: 'none', ...fields }) });
}

interface Native {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly metadata: object;
}

/** Who is in rotation, as the native API says it. */
async function found(service: string): Promise<readonly Native[]> {
  const answer = await fetch(`http://${door()}/services/${service}/instances`);
  return ((await answer.json()) as { readonly instances: readonly Native[] }).instances;
}

const named = async (name: string): Promise<readonly string[]> => dns.resolve4(name).catch(() => []);

interface Estate {
  next(): Promise<string>;
  /** It leaves, and ends. */
  leave(): Promise<void>;
}

function started(program: string, ...words: readonly string[]): Estate {
  const child = spawn(program, words, { cwd: directory });
  children.push(child);
  let complaints = '';
  child.stderr.on('data', (part: Buffer) => (complaints += part.toString()));
  const lines: AsyncIterator<string> = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async next() {
      const line = await lines.next();
      if (line.done === true) throw new Error(`it ended: ${complaints}`);
      return line.value;
    },
    async leave() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
      expect(child.exitCode, complaints).toBe(0);
    },
  };
}

const compiled = promisify(execFile);

describeWith(['go'], 'a service with Go’s own client', () => {
  it(
    'finds whoever is there, waits for who comes, is found by all, and leaves',
    async () => {
      await cp(here('estate'), directory, { recursive: true });
      await compiled('go', ['build', '-o', 'program', '.'], { cwd: directory, timeout: LONG_MS });
      const estate = started(join(directory, 'program'), door());
      expect(await estate.next()).toBe('waiting');
      expect(await found('orders')).toMatchObject([
        { id: expect.stringMatching(/^orders@/) as string, host: '127.0.0.1', port: 7000, metadata: { team: 'shop' } },
      ]);
      expect(await found('postgres')).toMatchObject([{ id: 'pg@db-1', host: '10.1.0.1', port: 5432 }]);
      expect(await named('orders.service.rollcall')).toEqual(['127.0.0.1']);
      expect(await named('blue.orders.service.consul')).toEqual(['127.0.0.1']);
      expect(await named('postgres.service.consul')).toEqual(['10.1.0.1']);
      expect(await named('db-1.node.consul')).toEqual(['10.1.0.1']);
      await register({ service: 'payments', id: 'p2', host: '10.0.0.10', port: 9000 });
      expect(JSON.parse(await estate.next())).toEqual({
        payments: ['10.0.0.9:9000'],
        tags: ['green'],
        orders: ['passing', 'well'],
        maintained: 'critical',
        after: ['10.0.0.10:9000', '10.0.0.9:9000'],
        moved: true,
      });
      await estate.leave();
      expect([await found('orders'), await found('postgres'), await named('orders.service.rollcall')]).toEqual([[], [], []]);
    },
    LONG_MS,
  );
});

describeWith(['mvn', 'javac', 'java'], 'a service with Spring Cloud Consul', () => {
  it(
    'registers itself, keeps its heartbeat, finds whoever is there, and leaves',
    async () => {
      await cp(here('spring'), directory, { recursive: true });
      const libraries = join(directory, 'libraries');
      await compiled('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${libraries}`], {
        cwd: directory,
        timeout: LONG_MS,
      });
      await compiled('javac', ['-cp', join(libraries, '*'), '-d', directory, 'Estate.java'], { cwd: directory, timeout: LONG_MS });
      const estate = started('java', '-cp', `${directory}:${join(libraries, '*')}`, 'Estate', door());
      let line = await estate.next();
      while (!line.startsWith('{')) line = await estate.next();
      expect(JSON.parse(line)).toEqual({
        services: ['consul', 'orders', 'payments'],
        payments: ['10.0.0.9:9000'],
        own: 'shop',
        out: 'OUT_OF_SERVICE',
        in: 'UP',
      });
      expect(await found('orders')).toMatchObject([{ host: '127.0.0.1', metadata: { team: 'shop' } }]);
      expect(await named('orders.service.rollcall')).toEqual(['127.0.0.1']);
      await estate.leave();
      expect(await found('orders')).toEqual([]);
    },
    LONG_MS,
  );
});
