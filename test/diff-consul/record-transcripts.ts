/**
 * Records what a real Consul says:
 *
 *     npx tsx --conditions=@rollcall/source test/diff-consul/record-transcripts.ts consul "Consul 1.16.1 (MPL-2.0), agent -dev" ['name of a flow']
 *
 * What is kept are the answers of a program to questions of ours.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { partsOf } from './comparable.js';
import { startConsul } from './consul-process.js';
import { flows } from './flows/index.js';
import type { Exchange } from './step.js';
import { Subject } from './subject.js';

const [program = 'consul', origin = 'unnamed', only = ''] = process.argv.slice(2);

for (const { name, steps } of flows.filter((flow) => only === '' || flow.name === only)) {
  const consul = await startConsul(program);
  const subject = new Subject({ ...consul, pass: (ms) => sleep(ms) });
  const exchanges: Exchange[] = [];
  for (const asked of steps) {
    const answered = await subject.take(asked);
    // Of what is long and says how one machine is, only what is compared.
    const kept = 'path' in asked && 'body' in answered ? { ...answered, body: partsOf(asked.path, answered.body) } : answered;
    exchanges.push({ asked, answered: kept });
  }
  subject.close();
  await consul.end();
  const file = new URL(`transcripts/${name.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}.json`, import.meta.url);
  // One on each line.
  const lines = exchanges.map((exchange) => JSON.stringify(exchange)).join(',\n');
  const text = `{"name":${JSON.stringify(name)},"origin":${JSON.stringify(origin)},"exchanges":[\n${lines}\n]}\n`;
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before !== text) await writeFile(file, text);
  console.log(name, steps.length);
}
