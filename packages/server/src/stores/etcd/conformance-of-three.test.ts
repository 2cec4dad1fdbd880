/** The etcd engine keeps the laws of the Store also before a cluster of three. */
import { storeConformance, withYields } from '@rollcall/conformance';
import { afterAll } from 'vitest';
import { describeWith } from '../../../../../test/support/program.js';
import { cannotOfEtcd, EtcdPool } from './subjects.fixture.js';

describeWith(['etcd'], 'the etcd engine, before three members', () => {
  const three = new EtcdPool(3);
  afterAll(() => three.end());

  storeConformance(withYields(three.harness('etcd of three', cannotOfEtcd), 1), { runs: 5, seed: 2 });
});
