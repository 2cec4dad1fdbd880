/** The time of this machine. */
import { performance } from 'node:perf_hooks';
import type { Clock } from '@rollcall/core';

/** What a timer can hold; longer waits are made of several. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    let timer: NodeJS.Timeout;
    const wait = (remainingMs: number): void => {
      const stepMs = Math.min(remainingMs, TIMER_MS_MAX);
      timer = setTimeout(() => (remainingMs > stepMs ? wait(remainingMs - stepMs) : callback()), stepMs).unref();
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};
