/** The etcd engine keeps the laws of the Store, before a real etcd. */
import { storeConformance } from '@rollcall/conformance';
import { afterAll } from 'vitest';
import { startEtcds } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { cannotOfEtcd, EtcdPool, lawsOfAny, lawsOfRoom } from './subjects.fixture.js';

describeWith(['etcd'], 'the etcd engine', () => {
  const [single, unused] = [new EtcdPool({ start: () => startEtcds(1) }), new EtcdPool({ start: () => startEtcds(1), unused: true })];
  afterAll(() => Promise.all([single.end(), unused.end()]));

  storeConformance(single.harness('etcd', cannotOfEtcd), { runs: 15 }, lawsOfAny);
  storeConformance(unused.harness('an etcd that nobody used before', []), null, lawsOfRoom);
});
