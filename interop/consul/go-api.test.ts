import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { agentsOnCall, type AgentsOnCall } from './agents-on-call.js';
import { goTests, type GoTests } from './go-package.js';
import { leftOut } from './left-out.js';

/** It compiles first; of the tests each waits for two seconds before it begins. */
const LONG_MS = 300_000;
const AT_ONCE = 16;

interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly output: string;
}

async function run({ program, directory }: GoTests, { environment }: AgentsOnCall, isChosen: (name: string) => boolean): Promise<Outcome> {
  const { stdout: list } = await promisify(execFile)(program, ['-test.list', '.'], { cwd: directory });
  const chosen = list.split('\n').filter((name) => name.startsWith('Test') && isChosen(name));
  const only = `^(${chosen.join('|')})$`;
  const words = ['-test.v', `-test.parallel=${AT_ONCE}`, `-test.timeout=${LONG_MS}ms`, `-test.run=${only}`];
  const options = { cwd: directory, env: { ...process.env, ...environment }, timeout: LONG_MS, maxBuffer: 2 ** 26 };
  const output = await promisify(execFile)(program, words, options).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout?: string }) => error.stdout ?? '',
  );
  const ended = (word: string): readonly string[] =>
    [...output.matchAll(new RegExp(`^--- ${word}: (\\w+)`, 'gm'))].map(([, name = '']) => name);
  const passed = [...ended('PASS'), ...ended('SKIP')];
  return { passed, failed: chosen.filter((name) => !passed.includes(name)), output };
}

describeWith(['go', 'bash'], 'the tests of Go’s own client of Consul', () => {
  it.each([
    ['', 90],
    ['watch', 10],
  ])(
    'pass here: api/%s',
    async (folder, countMin) => {
      const agents = await agentsOnCall();
      const tests = await goTests(folder);
      try {
        const { passed, failed, output } = await run(tests, agents, (name) => !leftOut.some(({ tests: some }) => some.test(name)));
        expect(failed, output.slice(-20_000)).toEqual([]);
        expect(passed.length).toBeGreaterThan(countMin);
      } finally {
        await agents.close();
        await tests.remove();
      }
    },
    LONG_MS,
  );
});
