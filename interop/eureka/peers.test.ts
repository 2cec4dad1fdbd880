/** A real Eureka server and Rollcall, each the other's peer: an estate that moves server by server, and back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { RegistryProcess } from '../../test/acceptance/registry-process.js';
import { freePorts } from '../../test/support/free-ports.js';
import { describeWith } from '../../test/support/program.js';
import { instance } from './bodies.js';
import { javaClients } from './fetched.js';
import { talk, type Talk } from './workshop.js';

const TEST_MS = 400_000;
const waiting = { timeout: 40_000, interval: 100 };

/** A few seconds, so that it is seen who is vouched for. */
const lease = { renewalIntervalInSecs: 1, durationInSecs: 3 };
const BEAT_MS = 1000;
/** Longer than a lease is in the original, which lasts twice as long as it says. */
const LEASES_MS = 8000;

class Side {
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  async register(id: string): Promise<void> {
    const body = instance({ instanceId: id, app: 'MOVED', leaseInfo: lease, lastDirtyTimestamp: String(Date.now()) });
    const answer = await fetch(`${this.base}/apps/MOVED`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(answer.status).toBe(204);
  }

  async say(method: 'PUT' | 'DELETE', path: string): Promise<number> {
    return (await fetch(`${this.base}/apps/MOVED/${path}`, { method })).status;
  }

  /** `UP`, or `404`. */
  async status(id: string, app = 'MOVED'): Promise<string> {
    const answer = await fetch(`${this.base}/apps/${app}/${id}`, { headers: { accept: 'application/json' } });
    if (answer.status !== 200) return String(answer.status);
    return ((await answer.json()) as { readonly instance: { readonly status: string } }).instance.status;
  }
}

/** Each beats where it says, until the test is over. */
function beating(): Map<string, Side> {
  const where = new Map<string, Side>();
  const timer = setInterval(() => {
    // One of the servers may be dead just now.
    for (const [id, side] of where) void side.say('PUT', `${id}?status=UP`).catch(() => undefined);
  }, BEAT_MS);
  onTestFinished(() => clearInterval(timer));
  return where;
}

async function real(port: number, peer: string): Promise<Talk> {
  const settings = [
    `--server.port=${port}`,
    '--eureka.client.register-with-eureka=false',
    '--eureka.server.registry-sync-retries=3',
    '--eureka.server.registry-sync-retry-wait-ms=500',
    // Whoever is not vouched for is gone soon.
    '--eureka.server.enable-self-preservation=false',
    '--eureka.server.eviction-interval-timer-in-ms=1000',
    `--eureka.client.service-url.defaultZone=${peer}/eureka/`,
  ];
  const server = talk('java', ['-XX:TieredStopAtLevel=1', '-jar', await javaClients(), 'server', ...settings]);
  await server.hears('ready');
  return server;
}

/** The two servers, and those who beat. */
interface Estate {
  readonly registry: RegistryProcess;
  readonly here: Side;
  readonly there: Side;
  readonly beats: Map<string, Side>;
  readonly startServer: () => Promise<Talk>;
}

async function estate(): Promise<Estate> {
  const [port = 0] = await freePorts(1);
  const registry = await RegistryProcess.start({
    args: ['--dns', 'off', '--no-eureka-probe', '--eureka-peer', `http://127.0.0.1:${port}/eureka/`],
  });
  onTestFinished(() => registry.close());
  return {
    registry,
    here: new Side(`${registry.url}/eureka`),
    there: new Side(`http://127.0.0.1:${port}/eureka`),
    beats: beating(),
    startServer: () => real(port, registry.url),
  };
}

function bothShow({ here, there }: Estate, id: string, status: string, app?: string): Promise<void> {
  return vi.waitFor(async () => expect([await there.status(id, app), await here.status(id, app)]).toEqual([status, status]), waiting);
}

const headers = { 'content-type': 'application/json' };

async function comeToBoth(all: Estate): Promise<void> {
  const { registry, here, there, beats } = all;
  await there.register('theirs');
  await here.register('ours');
  const plain = { service: 'plain', id: 'p1', host: '10.0.0.5', port: 9000, ttl: 'none' };
  await fetch(`${registry.url}/register`, { method: 'POST', headers, body: JSON.stringify(plain) });
  beats.set('theirs', there).set('ours', here);
  await bothShow(all, 'theirs', 'UP');
  await bothShow(all, 'ours', 'UP');
  await bothShow(all, 'p1', 'UP', 'PLAIN');
}

async function overrideOnEither(all: Estate): Promise<void> {
  const { here, there } = all;
  await here.say('PUT', 'theirs/status?value=OUT_OF_SERVICE');
  await there.say('PUT', 'ours/status?value=OUT_OF_SERVICE');
  await bothShow(all, 'theirs', 'OUT_OF_SERVICE');
  await bothShow(all, 'ours', 'OUT_OF_SERVICE');
  await there.say('DELETE', 'theirs/status?value=UP');
  await here.say('DELETE', 'ours/status?value=UP');
  await bothShow(all, 'theirs', 'UP');
  await bothShow(all, 'ours', 'UP');
}

/** Heartbeats on one keep it on the other, also when it moves from the one to the other. */
async function moveOverAndBack({ here, there, beats }: Estate): Promise<void> {
  beats.set('theirs', here).set('ours', there);
  await sleep(LEASES_MS);
  const shown = [there, here].map((side) => Promise.all([side.status('theirs'), side.status('ours')]));
  expect(await Promise.all(shown)).toEqual([
    ['UP', 'UP'],
    ['UP', 'UP'],
  ]);
  beats.set('theirs', there).set('ours', here);
}

/** What happens while the server is dead, it hears when it is back. */
async function killServer(all: Estate, server: Talk): Promise<void> {
  const { registry, here, beats, startServer } = all;
  await server.kill();
  await here.register('later');
  beats.set('later', here);
  await fetch(`${registry.url}/instances/p1/mode`, { method: 'PUT', headers, body: JSON.stringify({ mode: 'out' }) });
  await here.say('DELETE', 'ours');
  beats.delete('ours');
  await startServer();
  await bothShow(all, 'later', 'UP');
  await bothShow(all, 'p1', 'OUT_OF_SERVICE', 'PLAIN');
  await bothShow(all, 'ours', '404');
}

/** And the other way round; whoever loses its registry speaks to the other one. */
async function killRegistry(all: Estate): Promise<void> {
  const { registry, there, beats } = all;
  await there.register('theirs');
  await bothShow(all, 'theirs', 'UP');
  await registry.kill();
  await there.register('latest');
  beats.set('latest', there).set('later', there);
  await there.say('DELETE', 'theirs');
  beats.delete('theirs');
  await registry.start();
  await bothShow(all, 'latest', 'UP');
  await bothShow(all, 'later', 'UP');
  await bothShow(all, 'theirs', '404');
  await bothShow(all, 'p1', 'OUT_OF_SERVICE', 'PLAIN');
}

async function leaveEither(all: Estate): Promise<void> {
  const { here, there, beats } = all;
  beats.clear();
  await here.say('DELETE', 'latest');
  await there.say('DELETE', 'later');
  await bothShow(all, 'latest', '404');
  await bothShow(all, 'later', '404');
}

describeWith(['mvn', 'java'], 'a real Eureka server and Rollcall', () => {
  it(
    'know the same instances, whichever of them is killed, and whichever the instances speak to',
    async () => {
      const all = await estate();
      const server = await all.startServer();
      await comeToBoth(all);
      await overrideOnEither(all);
      await moveOverAndBack(all);
      await killServer(all, server);
      await killRegistry(all);
      await leaveEither(all);
    },
    TEST_MS,
  );
});
