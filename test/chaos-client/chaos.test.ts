import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository.js';
import { chaos, faults } from './chaos.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  // The instances run as they are built.
  const ensured = spawnSync(process.execPath, ['scripts/ensure.mjs'], { cwd: repositoryRoot, encoding: 'utf8' });
  if (ensured.status !== 0) throw new Error(ensured.stderr);
  stage = await Stage.open({ services: ['payments', 'mail'], instances: 3, rate: 25, ttl: '3s', drainTime: '1s', tryMs: 1000 });
}, 120_000);
afterAll(() => stage?.close());

it.each(Object.keys(faults))('%s breaks no law', { timeout: 90_000 }, async (fault) => {
  const pace = { illMs: 3000, awayMs: 3000 };
  expect(await chaos({ stage, seed: 5, troubleMs: 0, only: [fault], pace, quietMs: 500, say: () => undefined })).toEqual([]);
});
