/** The machine a figure belongs to; without it the figure means nothing. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown cpu';
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${model}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.versions.node}; load at the start ${load}`;
}
