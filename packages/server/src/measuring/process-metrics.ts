/** What Prometheus expects of every process, under the names that it gave them. */
import type { Meter, Metric } from '@rollcall/core';

const memory: Metric = { name: 'process_resident_memory_bytes', kind: 'gauge', help: 'Memory that the process holds.' };
const cpu: Metric = { name: 'process_cpu_seconds_total', kind: 'counter', help: 'CPU time that the process has used.' };

export function showProcess(meter: Meter): void {
  meter.gauge(memory, () => process.memoryUsage.rss());
  meter.gauge(cpu, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}
