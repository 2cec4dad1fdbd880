/**
 * A reader, in its own thread: a view of the catalog made of the same bytes as the one that feeds it, and shown only when it is
 * whole. It shows what everybody may see who says nothing of himself.
 */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { ANONYMOUS, FilteredView, nothing, Projection, Scope, type Caller, type CatalogView } from '@rollcall/core';
import { ByteReader } from '../shared/byte-reader.js';
import { readRecord, readRecords } from '../shared/record-bytes.js';
import { atTurnsEnd } from '../shared/turn.js';
import type { FeedMessage, FromReader, ReaderSettings, ToReader } from './messages.js';

export interface ReaderOptions<Order> {
  readonly port: MessagePort;
  readonly settings: Pick<ReaderSettings<unknown>, 'panicRule' | 'changesSent'>;
  /** Through which face it is asked. */
  readonly face: string;
  readonly order: (order: Order) => void;
}

export class Reader<Order> {
  readonly #options: ReaderOptions<Order>;
  readonly #projection: Projection;
  readonly #view: CatalogView;
  readonly #changesSent: Int32Array;
  #changesTaken = 0;
  #caller: Caller;
  #took = 0;
  #answers = false;

  constructor(options: ReaderOptions<Order>) {
    this.#options = options;
    const { port, settings, face } = options;
    this.#projection = new Projection({ panicRule: settings.panicRule });
    this.#view = new FilteredView(this.#projection);
    this.#changesSent = new Int32Array(settings.changesSent);
    this.#caller = { identity: ANONYMOUS, may: nothing, from: '', face };
    port.on('message', (message: ToReader<Order>) => this.#take(message));
  }

  /** `undefined` before it is whole. */
  get view(): CatalogView | undefined {
    return this.#projection.complete ? this.#view : undefined;
  }

  /** Who asks: the very same object until the rights change. */
  get caller(): Caller {
    return this.#caller;
  }

  /** Takes in at once what was sent before this moment, so that whoever was told of a change is answered with it. */
  catchUp(): void {
    while (this.#changesTaken !== Atomics.load(this.#changesSent, 0)) {
      const received = receiveMessageOnPort(this.#options.port);
      // It is counted when it is sent, and that is when it can be received.
      if (received === undefined) return;
      this.#take(received.message as ToReader<Order>);
    }
  }

  #take(message: ToReader<Order>): void {
    if (message.type === 'order') {
      if (message.isCounted) this.#countTaken();
      return this.#options.order(message.order);
    }
    if (message.type === 'stale') return this.#projection.stale(message.sinceMs);
    if (message.type === 'rights') {
      this.#caller = { ...this.#caller, may: { ...nothing, read: new Scope(message.read) } };
      return;
    }
    this.#takeFeed(message);
    this.#took = message.number;
    if (this.#answers) return;
    this.#answers = true;
    atTurnsEnd(() => this.#answer());
  }

  #takeFeed(message: FeedMessage): void {
    const projection = this.#projection;
    if (message.type === 'begin') projection.begin(message);
    else if (message.type === 'page') projection.page(readRecords(bufferOf(message.bytes)));
    else if (message.type === 'finish') {
      projection.finish();
      // What came while it was filled is in it already.
      projection.apply({ revision: message.revision, records: [] });
    } else {
      this.#countTaken();
      applyChanges(projection, bufferOf(message.bytes));
    }
  }

  /** As it overflows there, it does here. */
  #countTaken(): void {
    this.#changesTaken = (this.#changesTaken + 1) | 0;
  }

  #answer(): void {
    this.#answers = false;
    this.#options.port.postMessage({ type: 'took', number: this.#took } satisfies FromReader<never>);
  }
}

function applyChanges(projection: Projection, bytes: Buffer): void {
  const reader = new ByteReader(bytes);
  while (!reader.atEnd) {
    const revision = reader.count();
    const records = Array.from({ length: reader.uint32() }, () => readRecord(reader));
    projection.apply({ revision, records });
  }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
