import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { agentsOnCall } from './agents-on-call.js';

/** Its source distribution has its tests in it. */
const CLIENT = 'py-consul==1.8.0';
const NEEDED = ['pytest==8.4.2', 'requests==2.32.5'];

const LONG_MS = 300_000;

const cache = fileURLToPath(new URL('../../node_modules/.cache/rollcall-interop-consul/', import.meta.url));
const conftest = fileURLToPath(new URL('python-client.conftest.py', import.meta.url));

/** What says nothing about this registry, each with the reason. All others have to pass. */
const leftOut: readonly { readonly tests: readonly string[]; readonly reason: string }[] = [
  {
    tests: ['acl', 'token', 'connect', 'config', 'operator', 'snapshot', 'discovery', 'gateway'],
    reason: 'what there is not here: docs/consul.md',
  },
  { tests: ['test_agent_monitor', 'test_agent_leave', 'test_agent_force_leave'], reason: 'how Consul’s own processes are looked after' },
  { tests: ['test_agent_checks', 'test_service_multi_check'], reason: 'they ask a page on port 8500 of the container that they expect' },
  { tests: ['test_service_dereg_issue_156'], reason: 'a name with # in it: names are letters, digits and a few marks here' },
];

/** Once: what was fetched lies in the cache. */
async function fetched(): Promise<string> {
  const folder = `${cache}python/`;
  const order = [CLIENT, ...NEEDED].join(' ');
  if ((await readFile(`${folder}order`, 'utf8').catch(() => '')) === order) return folder;
  const made = `${cache}python.${process.pid}/`;
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  const run = promisify(execFile);
  const options = { cwd: made, timeout: LONG_MS };
  await run('pip3', ['install', '--quiet', '--target', 'packages', ...NEEDED], options);
  await run('pip3', ['download', '--quiet', '--no-deps', '--no-binary', ':all:', '--dest', '.', CLIENT], options);
  await run('tar', ['-xzf', `py_consul-${CLIENT.split('==')[1] ?? ''}.tar.gz`, '--strip-components=1'], options);
  await writeFile(`${made}order`, order);
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
  return folder;
}

describeWith(['python3', 'pip3', 'bash'], 'the tests of py-consul', () => {
  it(
    'pass here',
    async () => {
      const folder = await fetched();
      await cp(conftest, `${folder}conftest.py`);
      const agents = await agentsOnCall();
      try {
        const none = leftOut.flatMap(({ tests }) => tests).map((name) => `not ${name}`);
        const words = [
          '-m',
          'pytest',
          '-q',
          '-c',
          '/dev/null',
          '--rootdir',
          '.',
          '-p',
          'no:cacheprovider',
          '-k',
          none.join(' and '),
          'tests/api',
          'tests/test_std.py',
        ];
        const env = { ...process.env, ...agents.environment, PYTHONPATH: `${folder}packages:${folder}` };
        const { stdout } = await promisify(execFile)('python3', words, { cwd: folder, env, timeout: LONG_MS }).catch(
          (error: { readonly stdout?: string; readonly stderr?: string }) => ({
            stdout: `failed: ${error.stdout ?? ''}${error.stderr ?? ''}`,
          }),
        );
        expect(stdout.slice(-20_000)).toMatch(/^(?!failed)[^]*\d{2} passed/);
        expect(Number(/(\d+) passed/.exec(stdout)?.[1])).toBeGreaterThan(40);
      } finally {
        await agents.close();
      }
    },
    LONG_MS,
  );
});
