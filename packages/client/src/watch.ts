/** Watching: a stream of events that outlives its connections. */
import { backoffMs } from './backoff.js';
import { EventStreamReader, type EventBlock } from './event-stream.js';
import type { Clock, Random } from './ports.js';
import { RegistryProblem } from './registry-problem.js';
import type { Target } from './request-target.js';
import { sleep } from './sleep.js';
import type { Transport } from './transport.js';
import { Unanswered, unanswered } from './unanswered.js';
import { WatchBlocks } from './watch-blocks.js';
import type { WatchEvent, WatchOptions } from './watch-question.js';

/** Three pulses of a registry. */
const SILENCE_MS_MAX = 45_000;

/** The first word does not wait for anything: a registry that is busy says it late, and one behind a proxy that gathers, never. */
const FIRST_WORD_MS_MAX = 10_000;

export interface WatchSurroundings {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a connection may take to be answered, where the watcher does not say. */
  readonly timeoutMs: number;
}

export class Watch {
  readonly #target: Target;
  readonly #options: WatchOptions;
  readonly #surroundings: WatchSurroundings;
  /** The place of the last event that was told. */
  #cursor: string;
  #retryMs: number | undefined;
  /** In a row; anything that is heard ends the row. */
  #failures = 0;
  #wasConnected = false;

  constructor(target: Target, options: WatchOptions, surroundings: WatchSurroundings) {
    this.#target = target;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#cursor = options.since ?? '';
  }

  /**
   * Until the signal ends it. Throws what does not get better by waiting: what the registry refuses for good and, before
   * the first connection, its own faults and what is no registry.
   */
  async *events(): AsyncGenerator<WatchEvent, void, undefined> {
    const { clock, random } = this.#surroundings;
    const { signal, onState } = this.#options;
    while (!isAborted(signal)) {
      let because: RegistryProblem | Unanswered;
      try {
        yield* this.#connection();
        because = new Unanswered('broken', this.#url, { details: 'the registry ended the stream' });
      } catch (error) {
        if (isAborted(signal)) return;
        because = this.#passing(error);
      }
      if (isAborted(signal)) return;
      const retryAfterMs = because instanceof RegistryProblem ? because.retryAfterMs : null;
      const retryInMs = backoffMs({ times: ++this.#failures, retryMs: this.#retryMs, retryAfterMs }, random);
      onState?.({ state: 'waiting', because, retryInMs, lost: this.#wasConnected });
      await sleep(clock, retryInMs, signal);
    }
  }

  get #url(): string {
    return this.#surroundings.transport.shownUrl;
  }

  /** What may be over after a while; anything else is thrown. */
  #passing(error: unknown): RegistryProblem | Unanswered {
    // What was a registry before is one in trouble, or one that restarts behind a proxy.
    const before = this.#wasConnected;
    if (error instanceof RegistryProblem && (error.retryable || (before && error.status >= 500))) return error;
    if (error instanceof Unanswered && (error.retryable || before)) return error;
    throw error;
  }

  /** From one connection, to its end. */
  async *#connection(): AsyncGenerator<WatchEvent, void, undefined> {
    const hold = new AbortController();
    const { signal, onState } = this.#options;
    const letGo = (): void => hold.abort(signal?.reason);
    signal?.addEventListener('abort', letGo, { once: true });
    try {
      const body = await this.#open(hold);
      this.#wasConnected = true;
      onState?.({ state: 'connected' });
      const blocks = new WatchBlocks();
      for await (const block of this.#blocks(body, hold)) {
        const event = this.#isStaleness(block) ? null : blocks.read(block);
        this.#cursor = block.id;
        if (event !== null) yield event;
      }
    } finally {
      signal?.removeEventListener('abort', letGo);
      hold.abort();
    }
  }

  #isStaleness({ event, data }: EventBlock): boolean {
    if (event !== 'stale' || data === null) return false;
    const { stale, ageSeconds } = JSON.parse(data) as { readonly stale: boolean; readonly ageSeconds: number };
    this.#options.onStale?.(stale ? ageSeconds : 0);
    return true;
  }

  async #open(hold: AbortController): Promise<AsyncIterable<Uint8Array>> {
    const { transport, clock } = this.#surroundings;
    const timeoutMs = this.#options.timeoutMs ?? this.#surroundings.timeoutMs;
    const headers = { accept: 'text/event-stream', ...(this.#cursor === '' ? {} : { 'last-event-id': this.#cursor }) };
    let late = false;
    const cancel = clock.after(timeoutMs, () => {
      late = true;
      hold.abort();
    });
    try {
      return await transport.open({ ...this.#target, headers, timeoutMs, signal: hold.signal });
    } catch (error) {
      throw late ? new Unanswered('timeout', this.#url, { details: `${timeoutMs} ms`, cause: error }) : error;
    } finally {
      cancel();
    }
  }

  /** Silence counts only while one listens: whoever takes long over an event has not lost the registry. */
  async *#blocks(body: AsyncIterable<Uint8Array>, hold: AbortController): AsyncGenerator<EventBlock, void, undefined> {
    const { silenceMsMax = SILENCE_MS_MAX, firstWordMsMax = FIRST_WORD_MS_MAX, onHeard } = this.#options;
    let patienceMs = Math.min(firstWordMsMax, silenceMsMax);
    const { clock } = this.#surroundings;
    const reader = new EventStreamReader(this.#cursor);
    const pieces = body[Symbol.asyncIterator]();
    let silent = false;
    const hush = (): void => {
      silent = true;
      hold.abort();
    };
    try {
      for (;;) {
        const cancel = clock.after(patienceMs, hush);
        const piece = await pieces.next().finally(cancel);
        if (piece.done === true) return;
        this.#failures = 0;
        patienceMs = silenceMsMax;
        onHeard?.();
        for (const block of reader.push(piece.value)) {
          this.#retryMs = block.retryMs ?? this.#retryMs;
          yield block;
        }
      }
    } catch (error) {
      if (silent) throw new Unanswered('silent', this.#url, { details: `${patienceMs} ms` });
      throw error instanceof RangeError ? error : unanswered(error, this.#url);
    } finally {
      await pieces.return?.();
    }
  }
}

/** Asked anew each time: it changes while one waits. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
