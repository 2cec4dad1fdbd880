/** Services that know a Eureka server, or several: registered, and beating as its own clients do, until this process is killed. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerQuestions } from '../support/child.js';
import { memberOf, pathOf, registrationOf, type EurekaInstance } from '../support/eureka-work.js';

export interface EurekaServicesQuestion {
  /** All of them are told. */
  readonly servers: readonly number[];
  readonly kind: string;
  /** The first of them, by its number, and how many. */
  readonly from: number;
  readonly count: number;
  /** Not that of its kind. */
  readonly app: string;
  readonly renewalSeconds: number;
  readonly leaseSeconds: number;
}

/** Settles with the port at which all of them listen, when every server has all of them. */
answerQuestions(async ({ servers, kind, from, count, app, ...lease }: EurekaServicesQuestion): Promise<number> => {
  const server = createServer((socket) => socket.on('error', () => undefined).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const all = Array.from({ length: count }, (_, at) => ({ ...memberOf({ kind, port }, from + at), ...lease, app }));
  for (const at of servers) await Promise.all(all.map((instance) => register(at, instance)));
  // Spread over the interval, as those are that were not started at the same moment.
  all.forEach((instance, at) => void beat(servers, instance, ((at + Math.random()) / count) * lease.renewalSeconds * 1000));
  return port;
});

async function register(server: number, instance: EurekaInstance): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await send(server, `/eureka/apps/${instance.app}`, { method: 'POST', headers, body: registrationOf(instance) });
}

async function beat(servers: readonly number[], instance: EurekaInstance, firstMs: number): Promise<never> {
  await sleep(firstMs);
  for (;;) {
    const next = sleep(instance.renewalSeconds * 1000);
    for (const server of servers) await send(server, pathOf(instance), { method: 'PUT' });
    await next;
  }
}

async function send(server: number, path: string, init: RequestInit): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${server}${path}`, init);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
}
