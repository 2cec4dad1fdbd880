/** Programs that follow services through the client, as many as are asked for, all in one process. They say when they know. */
import { performance } from 'node:perf_hooks';
import { connect, type LiveService, type Registry } from '@rollcall/client';
import { answerQuestions } from '../support/child.js';
import { usedBytes } from '../support/heap.js';

export type LiveViewsQuestion =
  /** So many clients, each with a live view of the one service and so with a stream of its own. */
  | { readonly work: 'open'; readonly port: number; readonly clients: number }
  /** Changes it, and answers how long it took until each of them knew, in milliseconds. */
  | { readonly work: 'change'; readonly number: number }
  /** One client, live views of so many services of so many instances: bytes for each, and bytes of an answer as it comes. */
  | { readonly work: 'weigh'; readonly port: number; readonly services: number; readonly instances: number };

/** Connecting in bigger crowds overflows the queue of the listening socket. */
const OPENED_AT_ONCE = 100;

let registries: Registry[] = [];
const views: LiveService[] = [];

answerQuestions(async (question: LiveViewsQuestion): Promise<readonly number[]> => {
  if (question.work === 'open') return open(question);
  return question.work === 'change' ? change(question.number) : weigh(question);
});

async function open({ port, clients }: LiveViewsQuestion & { readonly work: 'open' }): Promise<readonly number[]> {
  registries = Array.from({ length: clients }, () => connect({ url: `http://127.0.0.1:${port}` }));
  for (let at = 0; at < clients; at += OPENED_AT_ONCE) {
    const some = registries.slice(at, at + OPENED_AT_ONCE).map((registry) => registry.service('payments'));
    await Promise.all(some.map((view) => view.ready()));
    views.push(...some);
  }
  return [views.length];
}

async function change(number: number): Promise<readonly number[]> {
  const beganMs = performance.now();
  const told = views.map(
    (view) =>
      new Promise<number>((resolve) => {
        const stop = view.onChange(() => {
          stop();
          resolve(performance.now() - beganMs);
        });
      }),
  );
  const metadata = { build: String(1000 + number) };
  await registries[0]?.api.register({ service: 'payments', id: 'one', host: '10.0.0.5', port: 8080, ttl: '1h', metadata });
  return Promise.all(told);
}

async function weigh({ port, services, instances }: LiveViewsQuestion & { readonly work: 'weigh' }): Promise<readonly number[]> {
  const registry = connect({ url: `http://127.0.0.1:${port}` });
  for (let at = 0; at < services; at++) {
    const all = Array.from({ length: instances }, (_, one) => ({
      service: `service-${at}`,
      host: `10.${at >> 8}.${at & 255}.${one}`,
      port: 8080,
      ttl: 'none',
      tags: ['blue'],
      metadata: { team: 'money' },
    }));
    await registry.api.registerMany(all);
  }
  const answer = await registry.api.instances('service-0');
  await registry.service('warm').ready();
  const before = usedBytes();
  const held = Array.from({ length: services }, (_, at) => registry.service(`service-${at}`));
  await Promise.all(held.map((view) => view.ready()));
  const bytes = (usedBytes() - before) / services;
  await registry.close();
  return [bytes, Buffer.byteLength(JSON.stringify(answer))];
}
