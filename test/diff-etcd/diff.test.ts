import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEtcds, type EtcdProcess } from '../support/etcd-process.js';
import { describeWith } from '../support/program.js';
import { Diff } from './diff.js';
import { openFace } from './open-face.js';
import { RemoteSubject } from './subject.js';

/** A few seconds; the long run is `npm run diff:etcd`. */
const STEPS = 1_500;

describeWith(['etcd'], 'the face of etcd beside a real etcd', () => {
  let etcd: EtcdProcess;
  beforeAll(async () => {
    [etcd] = (await startEtcds(1)) as [EtcdProcess];
  }, 30_000);
  afterAll(() => etcd.end());

  it('answers the same, field by field, and tells its watches the same', { timeout: 60_000 }, async () => {
    const face = await openFace();
    const real = new RemoteSubject(etcd.endpoint);
    const diff = new Diff(17, real, face.subject);
    const { difference, operations, events } = await diff.run(STEPS);
    diff.close();
    real.close();
    await face.close();
    expect(difference).toBeNull();
    // Otherwise it would have compared nothing.
    expect(operations).toBeGreaterThan(STEPS);
    expect(events).toBeGreaterThan(300);
  });
});
