import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../../../../test/support/repository.js';

/** On a machine that has much else to do. */
const STARTS_WITHIN_MS = 30_000;

/** In a process of its own: this one has many reasons to stay. */
async function run(program: string): Promise<string> {
  const source = `import { awake } from './packages/server/src/shared/awake.ts';\n${program}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
    cwd: repositoryRoot,
  });
  return stdout;
}

const sleep = `const sleep = () => new Promise((over) => setTimeout(() => over('slept'), 100).unref());`;

it('a process stays as long as the work goes on', { timeout: STARTS_WITHIN_MS }, async () => {
  expect(await run(`${sleep} console.log(await awake(sleep));`)).toBe('slept\n');
});

it('and no longer', { timeout: STARTS_WITHIN_MS }, async () => {
  expect(await run(`${sleep} await awake(async () => undefined); void sleep().then(console.log);`)).toBe('');
});
