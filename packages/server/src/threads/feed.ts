/**
 * Feeds one reader with what feeds the catalog's own view. As the catalog reads the log, the reader is handed the same pages; one
 * that begins later, or that did not keep up, is filled from the view, a slice at a time and never more ahead of it than a bound. From
 * then on it has each change before whoever made it hears that it is made.
 */
import type { CatalogView, Clock, EncodedBatch, EncodedRecord, EncodedSink } from '@rollcall/core';
import { ByteWriter } from '../shared/byte-writer.js';
import { writeRecord } from '../shared/record-bytes.js';
import type { FeedMessage } from './messages.js';
import { Outstanding } from './outstanding.js';

/** Whose view is made again elsewhere. */
export interface Source {
  readonly view: Pick<CatalogView, 'epoch' | 'revision' | 'complete' | 'staleSinceMs'>;
  /** All that is shown, to be laid under what `feed` brings from then on. */
  pages(): Iterable<readonly EncodedRecord[]>;
  feed(sink: EncodedSink): () => void;
}

export interface FeedOptions {
  readonly source: Source;
  /** Sends it over, and with it the memory of its bytes. */
  readonly post: (message: FeedMessage) => void;
  readonly stale: (sinceMs: number | null) => void;
  readonly clock: Clock;
  /** Whenever it is filled from the view, with the reason. */
  readonly filling: (reason: FillReason) => void;
  /** How long the reader took to take in something that was sent. */
  readonly late: (lateMs: number) => void;
}

/** `begun`: there was a view already. `behind`: it did not keep up. */
export type FillReason = 'begun' | 'behind';

/** One message: large enough to cost nothing for being one, small enough to be taken in within a few milliseconds. */
const PAGE_BYTES: number = 256 * 1024;

/**
 * So much may be on its way while the view is filled from what the catalog reads: a million registrations and some, for a reader that has no
 * core of its own. It is given back within seconds; beyond, all of it would have to be made and sent once more, at the reader's pace.
 */
const READ_BACKLOG_BYTES_MAX: number = 640 * 1024 * 1024;
/** A reader that has so much of changes before it is better off without them: some hundred thousand of them. */
export const BACKLOG_BYTES_MAX: number = 64 * 1024 * 1024;
/** So much is on its way while it is filled at its own pace. */
const FILL_BACKLOG_BYTES_MAX: number = 4 * 1024 * 1024;

/** Work in one turn of the loop, and the rest behind it: whoever fills a reader is in nobody's way. */
const SLICE_MS = 3;
const REST_MS = 3;

/**
 * `waiting` for a view to be there. `reading` what the catalog reads. `filling` from the view. `live`: it has all, and gets the
 * changes. `behind`: it gets nothing before it has taken what it was sent.
 */
type Stage = 'waiting' | 'reading' | 'filling' | 'live' | 'behind' | 'closed';

export class Feed {
  readonly #options: FeedOptions;
  readonly #writer = new ByteWriter();
  readonly #outstanding: Outstanding;
  readonly #unfeed: () => void;
  #stage: Stage = 'waiting';
  #number = 0;
  /** Which filling this is: one that was overtaken ends. */
  #turn = 0;
  #flushes = false;
  #taken: () => void = () => undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#outstanding = new Outstanding(options.clock, options.late);
    this.#unfeed = options.source.feed(this.#sink());
    const { staleSinceMs, complete } = options.source.view;
    options.stale(staleSinceMs);
    if (complete) void this.#fill('begun');
  }

  /** Bytes that the reader was sent and has not taken in. */
  get backlogBytes(): number {
    return this.#outstanding.bytes;
  }

  /** It has everything that the catalog shows, or has it on its way. */
  get isLive(): boolean {
    return this.#stage === 'live';
  }

  /** The reader has everything up to this number. */
  took(number: number): void {
    this.#outstanding.took(number);
    if (this.#stage === 'behind' && this.#options.source.view.complete) this.#fillWhenTaken('behind');
    this.#taken();
  }

  close(): void {
    this.#stage = 'closed';
    this.#turn++;
    this.#taken();
    this.#unfeed();
  }

  #sink(): EncodedSink {
    return {
      begin: (start) => {
        this.#turn++;
        this.#writer.clear();
        this.#stage = 'reading';
        this.#post({ type: 'begin', number: ++this.#number, ...start }, 0);
      },
      page: (records) => {
        if (this.#stage !== 'reading') return;
        this.#writePage(records);
        this.#boundBacklog(READ_BACKLOG_BYTES_MAX);
      },
      finish: () => {
        if (this.#stage === 'reading') this.#finish();
        else this.#fillWhenTaken(this.#stage === 'behind' ? 'behind' : 'begun');
      },
      apply: (batch) => this.#apply(batch),
      stale: this.#options.stale,
    };
  }

  #apply({ revision, records }: EncodedBatch): void {
    if (this.#stage === 'filling') return this.#writePage(records);
    if (this.#stage !== 'live') return;
    this.#writer.count(revision).uint32(records.length);
    for (const record of records) writeRecord(this.#writer, record);
    if (this.#writer.length >= PAGE_BYTES) return this.#flushChanges();
    if (this.#flushes) return;
    this.#flushes = true;
    // Before anybody who waits for this revision is told of it: they are told behind this.
    queueMicrotask(() => {
      this.#flushes = false;
      this.#flushChanges();
    });
  }

  #flushChanges(): void {
    if (this.#stage !== 'live' || this.#writer.length === 0) return;
    const bytes = this.#takeBytes();
    this.#post({ type: 'changes', number: ++this.#number, bytes }, bytes.length);
    this.#boundBacklog(BACKLOG_BYTES_MAX);
  }

  #boundBacklog(bytesMax: number): void {
    if (this.#outstanding.bytes <= bytesMax) return;
    this.#stage = 'behind';
    this.#writer.clear();
    this.#options.stale(this.#options.source.view.staleSinceMs ?? this.#options.clock.wallMs());
  }

  /** One that is behind takes what it was sent before it gets more. */
  #fillWhenTaken(reason: FillReason): void {
    if (reason === 'begun' || this.#outstanding.bytes === 0) void this.#fill(reason);
  }

  async #fill(reason: FillReason): Promise<void> {
    const { source, clock, filling } = this.#options;
    const turn = ++this.#turn;
    this.#stage = 'filling';
    this.#writer.clear();
    filling(reason);
    const { epoch, revision } = source.view;
    this.#post({ type: 'begin', number: ++this.#number, epoch, revision }, 0);
    let begunMs = clock.monotonicMs();
    for (const page of source.pages()) {
      this.#writePage(page);
      if (clock.monotonicMs() - begunMs < SLICE_MS && this.#outstanding.bytes <= FILL_BACKLOG_BYTES_MAX) continue;
      await new Promise<void>((rested) => clock.after(REST_MS, rested));
      while (turn === this.#turn && this.#outstanding.bytes > FILL_BACKLOG_BYTES_MAX)
        await new Promise<void>((taken) => (this.#taken = taken));
      if (turn !== this.#turn) return;
      begunMs = clock.monotonicMs();
    }
    this.#finish();
  }

  #finish(): void {
    this.#flushPage();
    const { revision, staleSinceMs } = this.#options.source.view;
    this.#post({ type: 'finish', number: ++this.#number, revision }, 0);
    // One that was behind is so no longer.
    this.#options.stale(staleSinceMs);
    this.#stage = 'live';
  }

  #writePage(records: readonly EncodedRecord[]): void {
    for (const record of records) writeRecord(this.#writer, record);
    if (this.#writer.length >= PAGE_BYTES) this.#flushPage();
  }

  #flushPage(): void {
    if (this.#writer.length === 0) return;
    const bytes = this.#takeBytes();
    this.#post({ type: 'page', number: ++this.#number, bytes }, bytes.length);
  }

  #post(message: FeedMessage, bytes: number): void {
    this.#outstanding.sent(message.number, bytes, message.type === 'changes');
    this.#options.post(message);
  }

  /** In memory of its own, which goes over as a whole. */
  #takeBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#writer.since(0));
    this.#writer.clear();
    return bytes;
  }
}
