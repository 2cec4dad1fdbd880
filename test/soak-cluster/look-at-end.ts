/** How it stands when all is quiet again: asked of each node directly, and of the log. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { End, Shown, Who } from './history.js';
import { etcdRevision, loggedInstances } from './log.js';
import { shownFrom, type InstanceJson } from './shown.js';
import type { Site } from './site.js';
import type { Stopwatch } from './stopwatch.js';

export interface LookOptions {
  readonly services: readonly string[];
  readonly stopwatch: Stopwatch;
  readonly idleMs: number;
  readonly beating: () => readonly Who[];
}

const ANSWERED_WITHIN_MS = 5_000;

export async function lookAtEnd({ nodes, etcds }: Site, { services, stopwatch, idleMs, beating }: LookOptions): Promise<End> {
  const [member] = etcds;
  const revision = (): Promise<number> => (member === undefined ? nodeRevision(nodes[0]?.ownPort ?? 0) : etcdRevision(member.endpoint));
  const before = await revision();
  await sleep(idleMs);
  const idleRevisions = (await revision()) - before;
  const views = await Promise.all(
    nodes.map(async ({ name, ownPort }) => ({ node: name, shown: await everybody(ownPort, services, stopwatch).catch(() => null) })),
  );
  return { nodes: views, logged: member === undefined ? null : await loggedInstances(member.endpoint), beating: beating(), idleRevisions };
}

async function nodeRevision(port: number): Promise<number> {
  const answer = await asked(port, '/services');
  await answer.text();
  return Number(answer.headers.get('rollcall-revision'));
}

async function everybody(port: number, services: readonly string[], stopwatch: Stopwatch): Promise<readonly Shown[]> {
  const lists = services.map(async (service) => {
    const answer = await asked(port, `/services/${service}/instances?health=any`);
    const { instances } = (await answer.json()) as { readonly instances: readonly InstanceJson[] };
    return instances.map((one) => shownFrom(one, stopwatch));
  });
  return (await Promise.all(lists)).flat();
}

function asked(port: number, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) });
}
