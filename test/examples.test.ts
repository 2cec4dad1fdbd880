/** Every example's own test, started as its reader would: `npm test` in its folder, with the packages as they are built. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ourFiles, repositoryRoot, textOf } from './support/repository.js';

const folders = ourFiles('examples')
  .filter((path) => /^examples\/[^/]+\/package\.json$/.test(path))
  .map((path) => path.replace('/package.json', ''));

beforeAll(() => {
  const ensured = spawnSync(process.execPath, ['scripts/ensure.mjs'], { cwd: repositoryRoot, encoding: 'utf8' });
  if (ensured.status !== 0) throw new Error(ensured.stderr);
}, 120_000);

describe.each(folders)('%s', (folder) => {
  it('passes its own test', { timeout: 90_000 }, async () => {
    expect(await ended('npm', ['test', '--loglevel=error'], folder)).toEqual({ code: 0, said: '' });
  });

  it('has a page to read, and is shown in the overview', () => {
    expect(ourFiles(folder)).toContain(`${folder}/README.md`);
    expect(textOf('examples/README.md')).toContain(`](${folder.replace('examples/', '')})`);
  });
});

/** What a failing test said is the message of ours. */
function ended(command: string, args: readonly string[], folder: string): Promise<{ readonly code: number; readonly said: string }> {
  // What this run tells its children is not meant for another one's.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_TEST|TEST$|NODE_ENV$)/.test(name)));
  return new Promise((resolve) => {
    execFile(command, args, { cwd: join(repositoryRoot, folder), env, timeout: 80_000 }, (error, output, complaints) => {
      resolve({ code: error === null ? 0 : 1, said: error === null ? '' : output + complaints });
    });
  });
}
