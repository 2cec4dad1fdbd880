/**
 * When the machine had so much else to do that nobody could keep time: noticed by a timer of our own, and by what the nodes say
 * of themselves.
 */
import type { Fault } from './history.js';
import type { Stopwatch } from './stopwatch.js';

const TICK_MS = 50;
/** Twice what a node calls ordinary lateness. */
const LATE_MS = 500;

/** Until the signal ends it. */
export function watchForStarvation(stopwatch: Stopwatch, found: (fault: Fault) => void, ended: AbortSignal): void {
  let lastMs = stopwatch.now();
  const timer = setInterval(() => {
    const nowMs = stopwatch.now();
    if (nowMs - lastMs > LATE_MS) found(starved(lastMs, nowMs));
    lastMs = nowMs;
  }, TICK_MS);
  ended.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** From a node's log. Also one that we had suspended ourselves says so. */
export function starvationIn(said: string, stopwatch: Stopwatch): readonly Fault[] {
  return [...said.matchAll(/^\{"time":"([^"]+)".*"msg":"this node was away;.*"missedMs":([\d.]+)/gm)].flatMap(
    ([, time = '', missed = '']) => {
      const atMs = stopwatch.ofWall(time);
      return Number(missed) > LATE_MS ? [starved(atMs - Number(missed), atMs)] : [];
    },
  );
}

function starved(fromMs: number, untilMs: number): Fault {
  return { what: 'machine starved', node: null, fromMs, untilMs };
}
