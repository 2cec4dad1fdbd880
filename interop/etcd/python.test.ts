import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { realEtcd, registryWithEtcdDoor } from './subjects.js';

/** The system's own Python, for which the packages of the system are. */
const PYTHON = '/usr/bin/python3';
const hasEtcd3 = spawnSync(PYTHON, ['-c', 'import etcd3']).status === 0;

const program = fileURLToPath(new URL('client.py', import.meta.url));

describeWith(['etcd', ...(hasEtcd3 ? [] : ['python3-etcd3'])], 'python-etcd3', () => {
  it('sees what it sees with an etcd', { timeout: 60_000 }, async () => {
    const subjects = [await realEtcd(), await registryWithEtcdDoor()];
    try {
      const told = subjects.map(async ({ endpoint }) => {
        const { stdout } = await promisify(execFile)(PYTHON, [program, endpoint], { timeout: 50_000 });
        return JSON.parse(stdout) as unknown;
      });
      const [real, ours] = await Promise.all(told);
      expect(real).toMatchObject({ keys: { before: '1', left: 3 }, locks: [true, true, false, true, true, true, true] });
      expect(ours).toEqual(real);
    } finally {
      for (const subject of subjects) await subject.stop();
    }
  });
});
