/** `rollcall serve` as anybody runs it: the built program in a process of its own, on a directory that it is given. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from './cleanup.js';

const program = fileURLToPath(new URL('bin/rollcall.js', import.meta.resolve('rollcall/package.json')));

export interface Rollcall {
  readonly pid: number;
  /** Of its HTTP door. */
  readonly port: number;
  /** Of its DNS door; NaN where it has none, as it has unless it is asked for. */
  readonly dnsPort: number;
  /** Of its etcd door; NaN where it has none. */
  readonly etcdPort: number;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Politely, and waits until it is gone. */
  end(): Promise<void>;
}

export async function startRollcall(data: string, cleanup: Cleanup, more: readonly string[] = []): Promise<Rollcall> {
  const child = spawn(process.execPath, [program, 'serve', '--data', data, '--http', '0', ...more], {
    env: { ROLLCALL_DNS: 'off', ...process.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = cleanup.add(() => child.kill('SIGKILL'));
  const gone = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    gone.then(() => Promise.reject(new Error('rollcall ended before it was ready'))),
  ])) as [string];
  const { doors } = JSON.parse(line) as { readonly doors: { readonly http: string; readonly dns?: string; readonly etcd?: string } };
  return {
    pid: child.pid ?? NaN,
    port: Number(doors.http.split(':').at(-1)),
    dnsPort: Number(doors.dns?.split(':').at(-1)),
    etcdPort: Number(doors.etcd?.split(':').at(-1)),
    kill: async () => {
      kill();
      await gone;
    },
    end: async () => {
      child.kill('SIGTERM');
      await gone;
      kill();
    },
  };
}
