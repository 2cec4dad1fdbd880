/** One call on one stream: its messages in, its answer out, and its end, however it comes. */
import type { Caller } from '@rollcall/core';
import { RollcallError } from '@rollcall/core';
import { GrpcFailure, type GrpcCall, type GrpcMetadata } from '../../shared/grpc-face.js';
import { allIsWell, answerHead, failureBlock } from './answers.js';
import { timeoutMs } from './deadline.js';
import type { CallStart, Desk } from './desk.js';
import { Gone } from './gone.js';
import type { Http2Stream, StreamListener } from './http2/stream.js';
import { decompressed } from './decompressed.js';
import { MESSAGE_BYTES_MAX } from './limits.js';
import { bodyOf, isCompressed, MessageReader } from './messages.js';
import type { Count } from './tally.js';

/** What is common to calls with one answer and to streams. */
export abstract class Call implements StreamListener, GrpcCall {
  readonly caller: Caller;
  readonly metadata: GrpcMetadata;
  readonly signal: Gone = new Gone();
  protected readonly desk: Desk;
  protected readonly stream: Http2Stream;
  readonly #messages: MessageReader;
  readonly #count: Count;
  readonly #cancelTimeout: (() => void) | null;
  /** Arrived while an earlier one is being looked at. */
  readonly #pending: Buffer[] = [];
  #isBusy = false;
  #isHeadSent = false;
  /** The last word was said. */
  #isDone = false;

  constructor({ desk, head, method, stream, caller }: CallStart) {
    this.desk = desk;
    this.stream = stream;
    this.caller = caller;
    this.metadata = head;
    this.#messages = new MessageReader(MESSAGE_BYTES_MAX, desk.unfinished);
    this.#count = desk.tally.of(method);
    const withinMs = timeoutMs(head.get('grpc-timeout'));
    this.#cancelTimeout = withinMs === null ? null : desk.clock.after(withinMs, () => this.#timeOut());
  }

  /** A whole message, as bytes. A promise: the next one waits. */
  protected abstract message(bytes: Buffer): void | Promise<void>;
  /** Nothing follows, and all that came was looked at. */
  protected abstract finished(): void;
  protected abstract gone(): void;

  get isDone(): boolean {
    return this.#isDone;
  }

  data(bytes: Buffer): void {
    if (this.#isBusy) this.#pending.push(bytes);
    else this.#take(bytes);
  }

  ended(): void {
    if (!this.#isBusy && !this.#isDone) this.#finish();
  }

  closed(): void {
    this.#messages.close();
    this.#cancelTimeout?.();
    if (!this.#isDone) {
      this.#isDone = true;
      this.#count('CANCELLED');
      this.signal.abort(new RollcallError('aborted', 'The caller gave up, or is gone.'));
    }
    this.gone();
  }

  fail(error: unknown): void {
    if (this.#isDone) return;
    const failure = error instanceof GrpcFailure ? error : this.desk.face.failed(error);
    this.#isDone = true;
    this.#count(failure.status);
    this.stream.end(failureBlock(failure, !this.#isHeadSent));
  }

  protected write(message: Uint8Array): void {
    if (this.#isDone) return;
    this.sendHead();
    this.stream.message(message);
  }

  /** Also before there is anything to say: some wait for it. */
  protected sendHead(): void {
    if (this.#isHeadSent || this.#isDone) return;
    this.#isHeadSent = true;
    this.stream.head(answerHead);
  }

  protected end(): void {
    if (this.#isDone) return;
    this.sendHead();
    this.#isDone = true;
    this.#count('OK');
    this.stream.end(allIsWell);
  }

  #finish(): void {
    if (this.#messages.isInside) this.fail(new GrpcFailure('INTERNAL', 'grpc: the last message is cut off'));
    else this.finished();
  }

  /** Message by message; if one takes its time, what is left waits here and in the window of the stream. */
  #take(bytes: Buffer): void {
    let messages: readonly Buffer[];
    try {
      messages = this.#messages.read(bytes);
    } catch (error) {
      return this.fail(error);
    }
    this.#handle(messages, 0, bytes.length);
  }

  #handle(messages: readonly Buffer[], from: number, arrivedBytes: number): void {
    for (let at = from; at < messages.length && !this.#isDone; at++) {
      const later = this.#handled(messages[at] as Buffer);
      if (later === undefined) continue;
      this.#isBusy = true;
      later.then(() => this.#goOn(messages, at + 1, arrivedBytes)).catch((error: unknown) => this.fail(error));
      return;
    }
    this.stream.taken(arrivedBytes);
  }

  #goOn(messages: readonly Buffer[], from: number, arrivedBytes: number): void {
    this.#isBusy = false;
    this.#handle(messages, from, arrivedBytes);
    while (!this.#isBusy && this.#pending.length > 0) this.#take(this.#pending.shift() as Buffer);
    if (!this.#isBusy && this.stream.isEnded && !this.#isDone) this.#finish();
  }

  #handled(message: Buffer): void | Promise<void> {
    try {
      if (!isCompressed(message)) return this.message(bodyOf(message));
      return decompressed(bodyOf(message), this.metadata.get('grpc-encoding'), MESSAGE_BYTES_MAX).then((bytes) => this.message(bytes));
    } catch (error) {
      this.fail(error);
    }
  }

  #timeOut(): void {
    this.fail(new GrpcFailure('DEADLINE_EXCEEDED', 'context deadline exceeded'));
    this.signal.abort(new RollcallError('aborted', 'The time that the caller gave is over.'));
  }
}
