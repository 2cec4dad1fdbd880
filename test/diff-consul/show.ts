/** Prints what differs from the transcripts, for people: `npx tsx --conditions=@rollcall/source test/diff-consul/show.ts [file]`. */
import { readdirSync, readFileSync } from 'node:fs';
import { differences } from './golden.js';
import type { Transcript } from './step.js';

const folder = new URL('transcripts/', import.meta.url);
const only = process.argv[2] ?? '';
for (const file of readdirSync(folder).filter((name) => name.includes(only))) {
  const transcript = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Transcript;
  const found = (await differences(transcript)).filter(({ excuse }) => excuse === null);
  console.log(`### ${transcript.name}: ${found.length} of ${transcript.exchanges.length}`);
  for (const { at, asked, theirs, ours } of found) {
    console.log(`--- ${at} ${JSON.stringify(asked).slice(0, 300)}`);
    const [a, b] = [theirs.split('\n'), ours.split('\n')];
    const [left, right] = [new Set(a), new Set(b)];
    for (const line of a) if (!right.has(line)) console.log(`  consul ${line.slice(0, 400)}`);
    for (const line of b) if (!left.has(line)) console.log(`  ours   ${line.slice(0, 400)}`);
    if (a.every((line) => right.has(line)) && b.every((line) => left.has(line))) console.log('  another order, or number of lines');
  }
}
