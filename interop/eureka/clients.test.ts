/** Clients of Eureka as they are published, in four languages, against a registry that they take for a Eureka server. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from 'rollcall/parts';
import { idleRegistry } from '../../test/support/idle-registry.js';
import { describeWith } from '../../test/support/program.js';
import { instance } from './bodies.js';
import { fetched, javaClients } from './fetched.js';
import { talk } from './workshop.js';

const run = promisify(execFile);
const RUNS_WITHIN_MS = 60_000;
const TEST_MS = 400_000;

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

async function start(): Promise<{ readonly http: string; readonly port: string }> {
  const registry = await idleRegistry({}, { clock: systemClock });
  onTestFinished(() => registry.stop());
  const http = `http://${registry.doors['http']}`;
  return { http, port: http.slice(http.lastIndexOf(':') + 1) };
}

async function register(http: string, fields: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${http}/register`, { method: 'POST', headers, body: JSON.stringify({ ttl: 'none', ...fields }) });
}

async function instancesOf(http: string, service: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const answer = await fetch(`${http}/services/${service}/instances`);
  return ((await answer.json()) as { readonly instances: readonly Readonly<Record<string, unknown>>[] }).instances;
}

describeWith(['python3', 'pip3'], 'py-eureka-client', () => {
  it(
    'comes, finds who is there by lists and deltas, and leaves',
    async () => {
      const { http } = await start();
      const pinned = ['py-eureka-client==0.13.3', 'httpx==0.28.1', 'dnspython==2.7.0', 'ifaddr==0.2.0'];
      const folder = await fetched('python', ['pip3', 'install', '--quiet', '--target', '.', ...pinned]);
      const env = { ...process.env, PYTHONPATH: folder };
      const { stdout } = await run('python3', [here('python_client.py'), `${http}/eureka`, http], { timeout: RUNS_WITHIN_MS, env });
      expect(JSON.parse(stdout)).toEqual({
        registered: [['127.0.0.1', 9090, 'blue']],
        before: ['10.0.0.7'],
        after: ['10.0.0.8'],
        both: ['10.0.0.8', '10.0.0.9'],
        left: 'gone',
      });
    },
    TEST_MS,
  );
});

describeWith(['npm'], 'eureka-js-client', () => {
  it(
    'comes, follows by deltas, comes again when it was forgotten, and leaves',
    async () => {
      const { http, port } = await start();
      const command = [
        'npm',
        'install',
        '--silent',
        '--no-audit',
        '--no-fund',
        '--no-save',
        '--prefix',
        '.',
        'eureka-js-client@4.5.0',
      ] as const;
      const folder = await fetched('js', [...command]);
      const { stdout } = await run('node', [here('js-client.cjs'), folder, port, http], { timeout: RUNS_WITHIN_MS });
      expect(JSON.parse(stdout)).toEqual({
        registered: [['localhost', '127.0.0.1', 8080]],
        before: ['10.0.0.7'],
        vip: ['b1'],
        after: ['10.0.0.8'],
        changed: ['10.0.0.9'],
        again: 'again',
        left: 0,
      });
    },
    TEST_MS,
  );
});

describeWith(['go'], 'fargo', () => {
  it(
    'is understood in XML and in JSON',
    async () => {
      const { http } = await start();
      await register(http, { service: 'payments', id: 'p1', host: '10.0.0.5', port: 9000 });
      const folder = await fetched('go', ['go', 'build', '-o', 'client', '.'], ['go/go.mod', 'go/go.sum', 'go/main.go']);
      const { stdout } = await run(`${folder}client`, [`${http}/eureka/v2`], { timeout: RUNS_WITHIN_MS });
      const same = [9999, 'blue', 2, '10.0.0.5', 'OUT_OF_SERVICE', true];
      expect(JSON.parse(stdout)).toEqual({ 'json true': same, 'json false': same });
    },
    TEST_MS,
  );
});

describeWith(['mvn', 'java'], 'clients in Java', () => {
  const program = (jar: string): readonly string[] => ['-XX:TieredStopAtLevel=1', '-jar', jar];

  it(
    'Netflix’s own do what their tests want',
    async () => {
      const { http } = await start();
      const jar = await javaClients();
      const { stdout } = await run('java', [...program(jar), 'rest', `${http}/eureka/`], { timeout: RUNS_WITHIN_MS });
      expect(stdout.split('\n').filter((line) => /^[a-z, ]+: /.test(line))).toEqual([
        'register: 204',
        'heartbeat: 200 null',
        'heartbeat of nobody: 404',
        'found: UP',
        'override: 200',
        'overridden: DOWN',
        'override removed: 200',
        'not overridden: UNKNOWN',
        'register again: 204',
        'found again: UP',
        'all: 1 UP_1_ UP_1_',
        'delta: 1 UP_1_',
        'by vip: 1',
        'cancel: 200',
        'cancel again: 404',
        'heartbeat by a peer, of nobody: 404',
        'register by a peer: 204',
        'heartbeat by a peer: 200 null',
        'override by a peer: 200',
        'override removed by a peer: 200',
        'cancel by a peer: 200',
        'cancel by a peer again: 404',
        'batch: 200 200 200 409+rest-2 404 200',
      ]);
    },
    TEST_MS,
  );

  it(
    'a Spring service is found by others, and finds them',
    async () => {
      const { http } = await start();
      const jar = await javaClients();
      await register(http, { service: 'payments', id: 'p1', host: '10.0.0.5', port: 9000, metadata: { colour: 'red' } });
      const settings = [`--eureka.client.service-url.defaultZone=${http}/eureka/`, '--eureka.client.jersey.enabled=false'];
      const service = talk('java', [...program(jar), ...settings]);
      await service.hears('ready');
      const waiting = { timeout: 30_000, interval: 100 };
      await vi.waitFor(async () => {
        const found = await instancesOf(http, 'java-app');
        expect(found).toMatchObject([{ host: '127.0.0.1', zone: 'z1', metadata: { colour: 'green' }, health: 'passing' }]);
      }, waiting);
      const finds = async (name: string, expected: RegExp): Promise<void> => {
        await vi.waitFor(async () => {
          service.says(name);
          expect(await service.hears('who')).toMatch(expected);
        }, waiting);
      };
      await finds('payments', /^10\.0\.0\.5:9000\{colour=red\}$/);
      await finds('java-app', /^java\.example:\d+\{.*colour=green/);
      // By a delta: Spring's client asks for everything only once.
      await register(http, { service: 'later', id: 'l1', host: '10.0.0.6', port: 9001 });
      await finds('later', /^10\.0\.0\.6:9001\{\}$/);
      await fetch(`${http}/instances/l1`, { method: 'DELETE' });
      await finds('later', /^$/);
      await service.ends();
      await vi.waitFor(async () => expect(await instancesOf(http, 'java-app')).toEqual([]), waiting);
    },
    TEST_MS,
  );

  it(
    'a real Eureka server tells this one what its clients tell it, and begins with what is here when it is started again',
    async () => {
      const { http } = await start();
      const jar = await javaClients();
      const settings = [
        '--server.port=0',
        '--eureka.client.register-with-eureka=false',
        // Without these it does not take over what its peer has.
        '--eureka.server.registry-sync-retries=5',
        '--eureka.server.registry-sync-retry-wait-ms=1000',
        `--eureka.client.service-url.defaultZone=${http}/eureka/`,
      ];
      const serve = async (): Promise<{ readonly base: string; readonly ends: () => Promise<number | null> }> => {
        const server = talk('java', [...program(jar), 'server', ...settings]);
        return { base: `http://127.0.0.1:${await server.hears('ready')}/eureka`, ends: server.ends };
      };
      const waiting = { timeout: 30_000, interval: 100 };
      const first = await serve();
      const headers = { 'content-type': 'application/json' };
      const body = instance({ instanceId: 'moved', app: 'MOVED' });
      expect((await fetch(`${first.base}/apps/MOVED`, { method: 'POST', headers, body })).status).toBe(204);
      const found = { id: 'moved', host: '10.0.0.1', port: 8080, health: 'passing' };
      await vi.waitFor(async () => expect(await instancesOf(http, 'moved')).toMatchObject([found]), waiting);
      expect((await fetch(`${first.base}/apps/MOVED/moved/status?value=OUT_OF_SERVICE`, { method: 'PUT' })).status).toBe(200);
      await vi.waitFor(async () => expect(await instancesOf(http, 'moved')).toEqual([]), waiting);
      expect((await fetch(`${first.base}/apps/MOVED/moved/status?value=UP`, { method: 'DELETE' })).status).toBe(200);
      await vi.waitFor(async () => expect(await instancesOf(http, 'moved')).toMatchObject([found]), waiting);
      await first.ends();

      const second = await serve();
      const accept = { accept: 'application/json' };
      await vi.waitFor(async () => {
        const answer = await fetch(`${second.base}/apps/MOVED/moved`, { headers: accept });
        expect(await answer.json()).toMatchObject({ instance: { instanceId: 'moved', status: 'UP', metadata: { zone: 'z1' } } });
      }, waiting);
      expect((await fetch(`${second.base}/apps/MOVED/moved`, { method: 'DELETE' })).status).toBe(200);
      await vi.waitFor(async () => expect(await instancesOf(http, 'moved')).toEqual([]), waiting);
      await second.ends();
    },
    TEST_MS,
  );
});
