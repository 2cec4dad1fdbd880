/** The CPU time that a process has used so far: what a piece of work costs, whoever else is on the machine. Linux only. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The kernel tells times to user space in hundredths of a second, whatever its own clock does. */
const TICK_MS = 10;
const IDLE_LOOK_MS = 100;
const IDLE_WAIT_MAX_MS = 2_000;

/** `NaN` where the system does not tell. */
export function cpuTimeMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in brackets, and may hold anything; utime and stime are the 14th and 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return NaN;
  }
}

/** Waits until these processes have done what they still had to do after their last turn, so that it is not in the next one's. */
export async function untilIdle(pids: readonly number[]): Promise<void> {
  const used = (): number => pids.reduce((sum, pid) => sum + cpuTimeMs(pid), 0);
  for (let waitedMs = 0; waitedMs < IDLE_WAIT_MAX_MS; waitedMs += IDLE_LOOK_MS) {
    const beforeMs = used();
    await sleep(IDLE_LOOK_MS);
    if (used() - beforeMs <= TICK_MS) return;
  }
}
