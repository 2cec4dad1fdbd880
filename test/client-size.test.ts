/** How large the client is: printed, and bounded, so that it does not grow unseen. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { repositoryRoot } from './support/repository.js';

/** What is loaded of ours; a bundle would be a third of it, without its comments. */
const CODE_KIB_MAX = 512;
const GZIPPED_KIB_MAX = 160;

beforeAll(() => {
  const ensured = spawnSync(process.execPath, ['scripts/ensure.mjs'], { cwd: repositoryRoot, encoding: 'utf8' });
  if (ensured.status !== 0) throw new Error(ensured.stderr);
}, 120_000);

function codeOf(name: string): readonly Buffer[] {
  const folder = join(repositoryRoot, 'packages', name, 'dist');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.test|\.fixture)\.js$/.test(file));
  return files.map((file) => readFileSync(join(folder, file)));
}

it.each([['client'], ['contract']])('the code of %s stays small', (name) => {
  const files = codeOf(name);
  const whole = Buffer.concat(files);
  const [codeKib, gzippedKib] = [whole.length, gzipSync(whole).length].map((bytes) => Math.round(bytes / 1024)) as [number, number];
  process.stdout.write(`@rollcall/${name}: ${files.length} files, ${codeKib} KiB, ${gzippedKib} KiB gzipped\n`);
  expect(codeKib).toBeLessThan(CODE_KIB_MAX);
  expect(gzippedKib).toBeLessThan(GZIPPED_KIB_MAX);
});

it('needs undici and the contract, and nothing else', () => {
  const { dependencies } = JSON.parse(readFileSync(join(repositoryRoot, 'packages/client/package.json'), 'utf8')) as {
    readonly dependencies: object;
  };
  expect(Object.keys(dependencies)).toEqual(['@rollcall/contract', 'undici']);
});
