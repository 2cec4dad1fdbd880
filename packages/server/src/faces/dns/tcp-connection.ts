/** One connection: questions one behind the other, each behind its length, and their answers as they come. */
import type { Socket } from 'node:net';
import type { Clock } from '@rollcall/core';
import type { Desk } from './desk.js';
import { LENGTH_BYTES, PENDING_PER_CONNECTION_MAX, QUESTION_BYTES_MAX, UNREAD_BYTES_MAX } from './limits.js';
import type { Tally } from './tally.js';

export interface ConnectionOptions {
  readonly desk: Desk;
  readonly tally: Tally;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

export class TcpConnection {
  readonly address: string;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  /** What came and is no whole question yet. */
  #rest: Buffer = NOTHING;
  /** Questions that others are asked about. */
  #pending = 0;
  #isEnding = false;
  /** When something was last finished: a question that came whole, or an answer that was read. */
  #finishedMs: number;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.address = plainAddress(socket.remoteAddress ?? '');
    this.#finishedMs = options.clock.monotonicMs();
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.end());
    // It closes behind this; who was there is no matter.
    socket.on('error', () => undefined);
  }

  /** How long nothing was finished. One that waits for others is not idle. */
  idleMs(nowMs: number): number {
    return this.#pending > 0 ? 0 : nowMs - this.#finishedMs;
  }

  /** Takes nothing more, and closes behind the last answer. */
  end(): void {
    this.#isEnding = true;
    this.#rest = NOTHING;
    if (this.#pending === 0) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#isEnding) return;
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#answer();
  }

  /** Everything that came whole, unless its answers would not be read, or others are asked enough for it. */
  #answer(): void {
    this.#socket.cork();
    let at = 0;
    while (!this.#isEnding && this.#rest.length >= at + LENGTH_BYTES && !this.#waits()) {
      const length = this.#rest.readUInt16BE(at);
      if (length === 0 || length > QUESTION_BYTES_MAX) {
        this.#options.tally.dropped('nonsense');
        this.#socket.uncork();
        return this.destroy();
      }
      const end = at + LENGTH_BYTES + length;
      if (this.#rest.length < end) break;
      this.#ask(this.#rest.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    if (!this.#isEnding) this.#rest = at === this.#rest.length ? NOTHING : this.#rest.subarray(at);
    this.#socket.uncork();
    if (this.#waits()) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #waits(): boolean {
    return this.#socket.writableLength > UNREAD_BYTES_MAX || this.#pending >= PENDING_PER_CONNECTION_MAX;
  }

  #ask(question: Uint8Array): void {
    const { desk, clock } = this.#options;
    this.#finishedMs = clock.monotonicMs();
    const answer = desk.ask(question, { transport: 'tcp', address: this.address }, (bytes) => this.#answered(bytes));
    if (answer === 'later') this.#pending++;
    else if (answer !== undefined) this.#send(answer);
  }

  #answered(bytes: Uint8Array): void {
    this.#pending--;
    this.#finishedMs = this.#options.clock.monotonicMs();
    this.#send(bytes);
    if (this.#isEnding) this.end();
    else if (this.#rest.length > 0 || this.#socket.isPaused()) this.#answer();
  }

  /** The length and what it is the length of in one piece: who reads only once reads both. */
  #send(answer: Uint8Array): void {
    if (this.#socket.destroyed) return;
    const framed = Buffer.allocUnsafe(LENGTH_BYTES + answer.length);
    framed.writeUInt16BE(answer.length);
    framed.set(answer, LENGTH_BYTES);
    this.#socket.write(framed);
  }

  #drained(): void {
    this.#finishedMs = this.#options.clock.monotonicMs();
    if (this.#isEnding) return;
    if (this.#rest.length > 0 || this.#socket.isPaused()) this.#answer();
  }
}

const NOTHING = Buffer.alloc(0);

/** A socket that takes both kinds shows an IPv4 address as an IPv6 one. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
