/** The etcd engine keeps the laws of the Store also before a cluster of three. */
import { storeConformance, withYields } from '@rollcall/conformance';
import { afterAll } from 'vitest';
import { startEtcds } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { cannotOfEtcd, EtcdPool, lawsOfAny } from './subjects.fixture.js';

describeWith(['etcd'], 'the etcd engine, before three members', () => {
  const three = new EtcdPool({ start: () => startEtcds(3) });
  afterAll(() => three.end());

  // Time passes no differently before three, nor is room taken otherwise: that is held in conformance.test.ts.
  const laws = lawsOfAny.filter(({ name }) => name !== 'lease-expiry');
  storeConformance(withYields(three.harness('etcd of three', cannotOfEtcd), 1), { runs: 5, seed: 2 }, laws);
});
