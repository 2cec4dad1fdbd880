/** What is measured of an etcd. */
import type { Metric } from '@rollcall/core';

export const etcdMetrics: { readonly replaced: Metric } = {
  replaced: {
    name: 'rollcall_engine_replaced_total',
    kind: 'counter',
    help: 'Times that etcd turned out to be another one, or set back to an older state: everything was read anew, in a new epoch.',
  },
};
