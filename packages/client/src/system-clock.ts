/** The time of this machine. */
import { performance } from 'node:perf_hooks';
import type { Clock } from './ports.js';

/** What a timer can hold; a longer wait ends here. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** A timer keeps the process alive: whoever waits to connect again is not done. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
};

/** For work in the background: its timers keep no process alive that has nothing else to do. */
export const quietClock: Clock = {
  ...systemClock,
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, TIMER_MS_MAX)).unref();
    return () => clearTimeout(timer);
  },
};
