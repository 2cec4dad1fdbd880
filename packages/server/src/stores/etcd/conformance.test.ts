/** The etcd engine keeps the laws of the Store, before a real etcd. */
import { storeConformance } from '@rollcall/conformance';
import { afterAll } from 'vitest';
import { describeWith } from '../../../../../test/support/program.js';
import { cannotOfEtcd, EtcdPool } from './subjects.fixture.js';

describeWith(['etcd'], 'the etcd engine', () => {
  const single = new EtcdPool(1);
  afterAll(() => single.end());

  storeConformance(single.harness('etcd', cannotOfEtcd), { runs: 15 });
});
