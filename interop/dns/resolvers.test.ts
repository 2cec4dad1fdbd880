import { execFile, spawnSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { startDnsRegistry } from './dns-registry.js';

/** Go and Java compile first. */
const LONG_MS = 180_000;

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** What a program prints that is told where to ask. */
async function heardBy(program: string, ...args: readonly string[]): Promise<unknown> {
  const at = await startDnsRegistry();
  const { stdout } = await promisify(execFile)(program, [...args, at], { timeout: LONG_MS, env: { ...process.env, GO111MODULE: 'off' } });
  return JSON.parse(stdout);
}

/** The system's own Python, for which the packages of the system are. */
const PYTHON = '/usr/bin/python3';
const hasDnspython = spawnSync(PYTHON, ['-c', 'import dns.resolver']).status === 0;

const common = { hosts: ['10.0.0.1', '10.0.0.2'], srv: 3, many: 60, nobody: true };

it('Node’s resolver finds who is there, and asks by TCP for what is too much', async () => {
  const resolver = new Resolver();
  resolver.setServers([await startDnsRegistry()]);
  expect((await resolver.resolve4('payments.service.rollcall')).toSorted()).toEqual(common.hosts);
  expect(await resolver.resolve6('payments.service.rollcall')).toEqual(['fd00::3']);
  expect(await resolver.resolveSrv('many.service.rollcall')).toHaveLength(60);
  await expect(resolver.resolve4('nobody.service.rollcall')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolveMx('payments.service.rollcall')).rejects.toMatchObject({ code: 'ENODATA' });
});

describeWith(['go'], 'Go’s resolver', () => {
  it(
    'finds who is there, and asks by TCP for what is too much',
    async () => {
      expect(await heardBy('go', 'run', here('resolver.go'))).toEqual({ ...common, hosts: [...common.hosts, 'fd00::3'] });
    },
    LONG_MS,
  );
});

describeWith(['java'], 'Java’s resolver (JNDI)', () => {
  it(
    'finds who is there, and asks by TCP for what is too much',
    async () => {
      expect(await heardBy('java', here('Resolver.java'))).toEqual(common);
    },
    LONG_MS,
  );
});

describeWith(hasDnspython ? [] : ['python3-dnspython'], 'Python’s resolver (dnspython)', () => {
  it(
    'finds who is there, and asks by TCP for what is too much',
    async () => {
      expect(await heardBy(PYTHON, here('resolver.py'))).toEqual({
        a: common.hosts,
        aaaa: ['fd00::3'],
        srv: 3,
        nobody: 'NXDOMAIN',
        nothing: 'nothing',
        cut: true,
        many: 60,
        tcp: 60,
      });
    },
    LONG_MS,
  );
});
