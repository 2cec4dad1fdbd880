/**
 * The face of etcd beside a real etcd: the same questions to both, and every answer compared, field by field, watches too.
 *
 *     npm run diff:etcd -- --operations 1000000 --seed 7
 *
 * The first difference ends it, and is printed with what led to it and the seed that finds it again. `--against HOST:PORT` asks a
 * registry that is running, and fresh, instead of the face in this process.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startEtcds } from '../support/etcd-process.js';
import { Diff } from './diff.js';
import { openFace } from './open-face.js';
import { RemoteSubject } from './subject.js';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    against: { type: 'string' },
  },
});

/** Whether what is written survives a power cut is not what is asked here, and it takes the longest by far. */
if (existsSync('/dev/shm')) process.env['TMPDIR'] = '/dev/shm';

const ROUND_STEPS = 2_000;

const [operations, seed] = [Number(values.operations), Number(values.seed)];
const [etcd] = await startEtcds(1);
if (etcd === undefined) throw new Error('No etcd.');
const face = values.against === undefined ? await openFace() : { subject: new RemoteSubject(values.against), close: async () => undefined };
const real = new RemoteSubject(etcd.endpoint);
const diff = new Diff(seed, real, face.subject, values.against !== undefined);
const beganMs = Date.now();
for (;;) {
  const report = await diff.run(ROUND_STEPS);
  const { difference, ...counts } = report;
  console.log(`${JSON.stringify(counts)} ${Math.round(counts.operations / ((Date.now() - beganMs) / 1000))} operations/s`);
  if (difference !== null) {
    console.error(difference);
    console.error(`npm run diff:etcd -- --seed ${seed} --operations ${operations}`);
    process.exitCode = 1;
    break;
  }
  if (counts.operations >= operations) break;
}
diff.close();
real.close();
face.subject.close();
await face.close();
await etcd.end();
