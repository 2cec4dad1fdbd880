/**
 * Nothing here holds a process up: timers let it end, so that a program can embed a registry and forget it. While one starts or
 * stops that would be wrong: whoever waits for an etcd that does not answer has no connection that would keep the process.
 */
import { MessageChannel } from 'node:worker_threads';

/** Settles as the work does; until then the process does not end by itself. */
export async function awake<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  const { port1 } = new MessageChannel();
  port1.ref();
  try {
    return await work();
  } finally {
    port1.close();
  }
}
