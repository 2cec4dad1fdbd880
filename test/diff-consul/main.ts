/**
 * The face of Consul beside a real Consul: the same random questions to both, and every answer compared.
 *
 *     npm run diff:consul -- --operations 100000 --seed 7 [--consul PROGRAM]
 *
 * The first difference ends it, and is printed with what led to it and the seed that finds it again.
 */
import { parseArgs } from 'node:util';
import { startConsul } from './consul-process.js';
import { Diff } from './diff.js';
import { openFace } from './open-face.js';
import { Subject } from './subject.js';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    consul: { type: 'string', default: 'consul' },
  },
});

const ROUND_STEPS = 1000;

const [operations, seed] = [Number(values.operations), Number(values.seed)];
const consul = await startConsul(values.consul);
const face = await openFace();
const real = new Subject({ ...consul, pass: () => Promise.resolve() });
const diff = new Diff(seed, real, face.subject);
for (;;) {
  const { difference, ...counts } = await diff.run(ROUND_STEPS);
  console.log(JSON.stringify(counts));
  if (difference !== null) {
    console.error(difference);
    console.error(`npm run diff:consul -- --seed ${seed} --operations ${operations}`);
    process.exitCode = 1;
    break;
  }
  if (counts.asked >= operations) break;
}
real.close();
await face.close();
await consul.end();
