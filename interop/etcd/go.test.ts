import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { COMPILES_WITHIN_MS, compiledGo, type GoProgram } from './go-program.js';
import { realEtcd, registryWithEtcdDoor, type Subject } from './subjects.js';

/** What each sees of a real etcd is what it should see here. */
const stories = ['keys', 'leases', 'watches', 'refusals', 'cluster', 'naming', 'coordination'];

describeWith(['go', 'etcd'], 'Go', () => {
  const subjects: Subject[] = [];
  let program: GoProgram;
  let old: GoProgram;

  beforeAll(async () => {
    subjects.push(await realEtcd(), await registryWithEtcdDoor());
    // Beside each other they would only be in each other's way.
    program = await compiledGo('go');
    old = await compiledGo('go-old');
  }, 2 * COMPILES_WITHIN_MS);
  afterAll(async () => {
    for (const step of [program, old]) await step?.remove();
    for (const subject of subjects) await subject.stop();
  });

  describe('clientv3', () => {
    it.each(stories)('%s are what they are with an etcd', { timeout: 60_000 }, async (story) => {
      const [real, ours] = await Promise.all(subjects.map(({ endpoint }) => program.run(endpoint, story)));
      expect(ours).toEqual(real);
    });
  });

  describe('the first naming, of 3.4', () => {
    it('finds who comes and goes', { timeout: 60_000 }, async () => {
      const [real, ours] = await Promise.all(subjects.map(({ endpoint }) => old.run(endpoint)));
      expect(real).toMatchObject({ 'in turn': { a: 10, b: 10 }, 'revoked': ['1 a the first'] });
      expect(ours).toEqual(real);
    });
  });
});
