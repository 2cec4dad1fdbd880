/** Nothing that the client exports comes, goes or changes its type unseen: the page of all of it is compared with what is built. */
import { spawnSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { clientApiPage } from './support/client-api-page.js';
import { repositoryRoot } from './support/repository.js';

beforeAll(() => {
  const ensured = spawnSync(process.execPath, ['scripts/ensure.mjs'], { cwd: repositoryRoot, encoding: 'utf8' });
  if (ensured.status !== 0) throw new Error(ensured.stderr);
}, 120_000);

it('docs/reference has what the client exports', async () => {
  await expect(clientApiPage()).toMatchFileSnapshot('../docs/reference/client-api.md');
});
