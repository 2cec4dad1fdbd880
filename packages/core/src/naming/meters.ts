/** What is measured about keys of etcd's naming layout. */
import type { Metric } from '../ports/meter.js';

export const namingMetrics: {
  readonly mended: Metric;
  readonly keys: Metric;
  readonly occupied: Metric;
} = {
  mended: {
    name: 'rollcall_naming_keys_mended_total',
    kind: 'counter',
    help: 'Keys that instances are shown as, written or taken out by the slow comparison: all of them when it is switched on, few from then on.',
  },
  keys: {
    name: 'rollcall_naming_keys',
    kind: 'gauge',
    help: 'Keys of others that look like registrations: those that are, those that wait because somebody else is that instance, and those out of bounds.',
    labels: { state: ['registered', 'waiting', 'unfit'] },
  },
  occupied: {
    name: 'rollcall_naming_keys_occupied',
    kind: 'gauge',
    help: 'Instances that are not shown as keys, because somebody keeps something else there.',
  },
};
