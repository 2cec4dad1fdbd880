/**
 * Services, their callers, and trouble, for as long as one likes.
 *
 *     npm run chaos:client -- --minutes 10 --seed 7
 *     npm run chaos:client -- --only 'kill -9' --instances 3
 *     npm run chaos:client -- --only 'a registry that is away' --away 300
 *
 * What broke a law is printed, with the seed.
 */
import { parseArgs } from 'node:util';
import { chaos } from './chaos.js';
import { Stage } from './stage.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    instances: { type: 'string', default: '10' },
    rate: { type: 'string', default: '50' },
    away: { type: 'string', default: '20' },
    only: { type: 'string', multiple: true },
  },
});

const { minutes, seed, instances, rate, away, only } = values;
const services = ['payments', 'stock', 'mail'];
const stage = await Stage.open({
  services,
  instances: Number(instances),
  rate: Number(rate),
  ttl: '10s',
  drainTime: '2s',
  tryMs: 1000,
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stage.close().then(() => process.exit(1)));
try {
  const objections = await chaos({
    stage,
    seed: Number(seed),
    troubleMs: Number(minutes) * 60_000,
    pace: { illMs: 8000, awayMs: Number(away) * 1000 },
    quietMs: 2000,
    say: console.log,
    ...(only === undefined ? {} : { only }),
  });
  for (const objection of objections) console.error(objection);
  if (objections.length > 0) {
    console.error(`npm run chaos:client -- --seed ${seed} --instances ${instances} --rate ${rate}`);
    process.exitCode = 1;
  }
} finally {
  await stage.close();
}
process.exit();
