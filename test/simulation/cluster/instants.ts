/** Simulated time for many short runs: timers in a heap, and one turn of the loop for all that is due in the same instant. */
import type { Clock } from '@rollcall/core';

const WALL_START_MS: number = Date.UTC(2030, 0, 1);

/** Delays are rounded up to this, so that what happens at nearly the same time shares a turn. */
const GRAIN_MS = 5;

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  callback: (() => void) | null;
}

export class Instants implements Clock {
  #nowMs = 0;
  #order = 0;
  readonly #heap: Timer[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return WALL_START_MS + this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const dueMs = Math.ceil((this.#nowMs + Math.max(0, delayMs)) / GRAIN_MS) * GRAIN_MS;
    const timer: Timer = { dueMs, order: this.#order++, callback };
    this.#push(timer);
    return () => void (timer.callback = null);
  }

  /** Time passes as it does: everything is called when it is due. */
  async advanceTo(endMs: number): Promise<void> {
    while ((this.#heap[0]?.dueMs ?? Infinity) <= endMs) {
      this.#nowMs = Math.max(this.#nowMs, (this.#heap[0] as Timer).dueMs);
      let called = false;
      while ((this.#heap[0]?.dueMs ?? Infinity) <= this.#nowMs) {
        const { callback } = this.#pop();
        if (callback === null) continue;
        called = true;
        callback();
      }
      if (called) await settled();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    for (let above = (at - 1) >> 1; at > 0 && isBefore(timer, heap[above] as Timer); above = (at - 1) >> 1) {
      heap[at] = heap[above] as Timer;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): Timer {
    const heap = this.#heap;
    const first = heap[0] as Timer;
    const last = heap.pop() as Timer;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Timer, heap[below] as Timer)) below++;
      if (!isBefore(heap[below] as Timer, last)) break;
      heap[at] = heap[below] as Timer;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}

/** Everything that a callback set going has happened, as far as no time has to pass for it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
