/** Keeps the process alive while nothing else does: none of our own timers would, and connections come and go. */

/** As long as a timer can be; it has nothing to do. */
const EVERY_MS = 2 ** 31 - 1;

/** The answer lets go. */
export function holdLoop(): () => void {
  const timer = setInterval(() => undefined, EVERY_MS);
  return () => clearInterval(timer);
}
