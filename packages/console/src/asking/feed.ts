/**
 * A service's instances, live: the native API's events, read with `fetch`, because an EventSource cannot show a token. It goes
 * on where it stopped, whoever was away; while nobody looks it is let go of.
 */
import { EventReader, type ServerEvent } from '../model/event-reader.js';
import type { Change, ServiceInstances } from '../model/shapes.js';
import { attended, type Attention } from './attention.js';
import { pause, type Clock } from './clock.js';
import { AskError, type Registry } from './registry.js';

interface FeedListener {
  snapshot(instances: ServiceInstances): void;
  change(change: Change): void;
  /** The log went away or came back. */
  stale(): void;
  /** `null`: what is told is as of now. Else why not. */
  live(trouble: string | null): void;
  /** It will not be told at all. */
  refused(error: AskError): void;
}

export interface FeedOptions {
  readonly registry: Pick<Registry, 'open'>;
  readonly path: string;
  readonly listener: FeedListener;
  readonly clock: Clock;
  readonly attention: Attention;
  readonly signal: AbortSignal;
}

/** A sign of life comes every 15 seconds: after three that did not come there is nobody. */
const SILENCE_MS_MAX = 45_000;
/** Whoever only looks elsewhere for a moment keeps the stream. A browser has few connections for all its tabs together. */
const AWAY_MS_MAX = 20_000;
const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 5_000;

/** Until the signal is aborted. */
export async function follow(options: FeedOptions): Promise<void> {
  const { listener, clock, attention, signal } = options;
  let lastId = '';
  let retryMs = RETRY_MS_MIN;
  while (!signal.aborted) {
    await attended(attention, signal);
    if (signal.aborted) return;
    const once = new Stream(options);
    let trouble = 'The stream ended.';
    try {
      await once.read(lastId);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof AskError && error.refusal !== 'lost') return listener.refused(error);
      if (error instanceof AskError) trouble = error.message;
    }
    lastId = once.lastId === '' ? lastId : once.lastId;
    retryMs = once.heard ? RETRY_MS_MIN : Math.min(2 * retryMs, RETRY_MS_MAX);
    if (!once.letGo) listener.live(trouble);
    await pause(clock, once.letGo ? 0 : retryMs, signal);
  }
}

/** One connection, from its beginning to its end. */
class Stream {
  readonly #options: FeedOptions;
  readonly #over = new AbortController();
  #cancelSilence: () => void = () => undefined;
  #cancelAway: () => void = () => undefined;
  lastId = '';
  /** Something came. */
  heard = false;
  /** It ended because nobody looks. */
  letGo = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  async read(lastId: string): Promise<void> {
    const { registry, path, attention, signal } = this.#options;
    const end = (): void => this.#over.abort();
    signal.addEventListener('abort', end, { once: true, signal: this.#over.signal });
    attention.follow(() => this.#looked(), this.#over.signal);
    this.#waitForLife();
    try {
      const pieces = (await registry.open(path, lastId, this.#over.signal)).getReader();
      await this.#readAll(pieces, new EventReader(lastId));
    } finally {
      this.#cancelSilence();
      this.#cancelAway();
      end();
    }
  }

  async #readAll(pieces: ReadableStreamDefaultReader<Uint8Array>, reader: EventReader): Promise<void> {
    const decoder = new TextDecoder();
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
      if (!this.heard) this.#options.listener.live(null);
      this.heard = true;
      this.#waitForLife();
      for (const event of reader.read(decoder.decode(piece.value, { stream: true }))) this.#take(event);
      this.lastId = reader.lastId;
    }
  }

  /** Behind a `resync` comes a snapshot, which says the same. */
  #take({ event, data }: ServerEvent): void {
    const { listener } = this.#options;
    if (event === 'snapshot') listener.snapshot(JSON.parse(data) as ServiceInstances);
    else if (event === 'change') listener.change(JSON.parse(data) as Change);
    else if (event === 'stale') listener.stale();
  }

  #waitForLife(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#options.clock.after(SILENCE_MS_MAX, () => this.#over.abort());
  }

  #looked(): void {
    this.#cancelAway();
    if (this.#options.attention.isThere) return;
    this.#cancelAway = this.#options.clock.after(AWAY_MS_MAX, () => {
      this.letGo = true;
      this.#over.abort();
    });
  }
}
