/**
 * Records what a real Eureka server says: `npx tsx interop/eureka/record-transcripts.ts http://127.0.0.1:18761 "its name and version"`.
 * docs/eureka.md says how one is started. Its memory of changes must be short (see `FORGETS_MS`), for each flow begins with nobody.
 */
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { flows, type Step } from './flows.js';

/** The server was started with `eureka.server.retention-time-in-m-s-in-delta-queue` and the interval of its timer well below. */
const FORGETS_MS = 4000;

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly encoding: string | null;
  readonly body: string;
}

const [server = 'http://127.0.0.1:18761', origin = 'unnamed'] = process.argv.slice(2);

function ask({ method, path, headers = {}, body }: Step): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server}/eureka${path}`, { method, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const { 'content-type': type = null, 'content-encoding': encoding = null } = response.headers;
        const whole = Buffer.concat(pieces);
        resolve({ status: response.statusCode ?? 0, type, encoding, body: (encoding === 'gzip' ? gunzipSync(whole) : whole).toString() });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

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
