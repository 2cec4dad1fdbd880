import type { Metric } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.js';

const shed: Metric = { name: 'rollcall_shed_total', kind: 'counter', help: 'Sent away.', labels: { lane: ['read', 'watch'] } };
const delay: Metric = { name: 'rollcall_delay_seconds', kind: 'histogram', help: 'Late.', buckets: [0.1, 1] };
const size: Metric = { name: 'rollcall_size_bytes', kind: 'gauge', help: 'A back\\slash\nand a line.' };

describe('Metrics', () => {
  it('renders what Prometheus reads', () => {
    const metrics = new Metrics();
    metrics.counter(shed, { lane: 'watch' }).add();
    metrics.counter(shed, { lane: 'watch' }).add(2);
    for (const value of [0.05, 0.1, 0.5, 7]) metrics.histogram(delay).observe(value);
    metrics.gauge(size, () => 42);
    expect(metrics.render()).toBe(
      `# HELP rollcall_delay_seconds Late.
# TYPE rollcall_delay_seconds histogram
rollcall_delay_seconds_bucket{le="0.1"} 2
rollcall_delay_seconds_bucket{le="1"} 3
rollcall_delay_seconds_bucket{le="+Inf"} 4
rollcall_delay_seconds_sum 7.65
rollcall_delay_seconds_count 4
# HELP rollcall_shed_total Sent away.
# TYPE rollcall_shed_total counter
rollcall_shed_total{lane="read"} 0
rollcall_shed_total{lane="watch"} 3
# HELP rollcall_size_bytes A back\\\\slash\\nand a line.
# TYPE rollcall_size_bytes gauge
rollcall_size_bytes 42
`,
    );
  });

  it('describes what was asked for', () => {
    const metrics = new Metrics();
    metrics.counter(shed, { lane: 'read' });
    metrics.histogram(delay);
    expect(metrics.described()).toEqual([delay, shed]);
  });

  it.each([{}, { lane: 'other' }, { lane: 'read', id: 'a' }])('knows no labels but those that were announced: %j', (labels) => {
    expect(() => new Metrics().counter(shed, labels)).toThrow('rollcall_shed_total has no series');
  });

  it('has a series for every combination', () => {
    const metrics = new Metrics();
    const grid: Metric = { ...shed, kind: 'gauge', labels: { health: ['a', 'b'], mode: ['x', 'y', 'z'] } };
    metrics.gauge(grid, () => 1, { health: 'a', mode: 'x' });
    expect(metrics.render().match(/^rollcall_shed_total\{/gm)).toHaveLength(6);
  });
});
