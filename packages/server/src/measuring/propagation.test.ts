import { expect, it } from 'vitest';
import { Metrics } from './metrics.js';
import { Propagation } from './propagation.js';

it('joins the commit and the telling, whichever comes first, and forgets what has no other half', () => {
  const metrics = new Metrics();
  const propagation = new Propagation(metrics);
  propagation.committed(2, 0);
  propagation.told(2, 4);
  propagation.told(3, 9);
  propagation.committed(3, 5);
  for (let revision = 4; revision < 20_004; revision++) propagation.told(revision, 10);
  propagation.committed(4, 10);
  expect(metrics.render()).toContain('rollcall_change_propagation_seconds_count 2');
  expect(metrics.render()).toContain('rollcall_change_propagation_seconds_bucket{le="0.005"} 2');
  propagation.committed(20_003, 10);
  expect(metrics.render()).toContain('rollcall_change_propagation_seconds_count 3');
});
