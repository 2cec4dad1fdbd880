/**
 * Records what a real Eureka server says: `npx tsx interop/eureka/record-transcripts.ts http://127.0.0.1:18761 "its name and version"`.
 * docs/eureka.md says how one is started. Its memory of changes must be short (see `FORGETS_MS`), for each flow begins with nobody.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { askEureka, type EurekaAnswered } from '../../test/support/eureka-asking.js';
import { flows, type Step } from './flows.js';

/** The server was started with `eureka.server.retention-time-in-m-s-in-delta-queue` and the interval of its timer well below. */
const FORGETS_MS = 4000;

const [server = 'http://127.0.0.1:18761', origin = 'unnamed'] = process.argv.slice(2);

const ask = (step: Step): Promise<EurekaAnswered> => askEureka(server, step);

async function clear(): Promise<void> {
  const { body } = await ask({ method: 'GET', path: '/apps', headers: { accept: 'application/json' } });
  const { applications } = JSON.parse(body) as { applications: { application: { name: string; instance: { instanceId: string }[] }[] } };
  for (const { name, instance } of applications.application)
    for (const { instanceId } of instance) await ask({ method: 'DELETE', path: `/apps/${name}/${encodeURIComponent(instanceId)}` });
  await sleep(FORGETS_MS);
}

for (const { name, steps } of flows) {
  await clear();
  const exchanges: object[] = [];
  for (const step of steps) exchanges.push({ asked: step, answered: await ask(step) });
  const file = new URL(`transcripts/${name.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}.json`, import.meta.url);
  await writeFile(file, `${JSON.stringify({ name, origin, exchanges }, null, 2)}\n`);
}
await clear();
