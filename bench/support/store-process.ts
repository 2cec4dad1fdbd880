/** A store in a process of its own, on a fresh directory, for as long as `work` takes. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreAnswer, StoreQuestion } from '../processes/store.js';
import { startChild, type Child } from './child.js';
import { cpuTimeMs } from './cpu-time.js';
import type { Load, LoadResult } from './load.js';
import type { BenchmarkContext } from './row.js';

export interface StoreProcess {
  readonly pid: number;
  readonly framedPort: number;
  readonly grpcPort: number;
  /** Puts the load on the store from within its own process. */
  load(load: Load): Promise<LoadResult>;
  end(): Promise<void>;
}

export async function startStore({ directory, cleanup }: BenchmarkContext): Promise<StoreProcess> {
  const child: Child<StoreQuestion, StoreAnswer> = startChild(new URL('../processes/store.ts', import.meta.url), cleanup);
  const open = await mkdtemp(join(directory, 'store-'));
  const ports = (await child.ask({ open })) as { readonly framedPort: number; readonly grpcPort: number };
  return {
    pid: child.pid,
    ...ports,
    load: async (load) => (await child.ask({ load })) as LoadResult,
    end: async () => {
      await child.ask({ close: true });
      await child.end();
    },
  };
}

/** A load's result, and the CPU time per put of the process that bore it and of the one that made it, where that is another. */
export interface Borne extends LoadResult {
  readonly serverUsPerPut: number;
  readonly clientUsPerPut: number;
}

export async function borneBy(
  { pid: serverPid }: { readonly pid: number },
  clientPid: number,
  run: () => Promise<LoadResult>,
): Promise<Borne> {
  const [serverMs, clientMs] = [cpuTimeMs(serverPid), cpuTimeMs(clientPid)];
  const result = await run();
  const usPerPut = (pid: number, beforeMs: number): number => ((cpuTimeMs(pid) - beforeMs) * 1000) / result.puts;
  return { ...result, serverUsPerPut: usPerPut(serverPid, serverMs), clientUsPerPut: usPerPut(clientPid, clientMs) };
}
