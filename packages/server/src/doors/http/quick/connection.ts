/**
 * A connection that is read here, one request after the other: the next one is looked at when the answer before it is out. What
 * the quick reader does not take goes to node:http, the connection with it. Why: docs/adr/0020.
 */
import type { Duplex } from 'node:stream';
import type { AnswerHeads } from './answer-head.js';
import { QuickBody } from './body.js';
import { QuickExchange, type ExchangeHost } from './exchange.js';
import { readHead, type QuickHead } from './head.js';
import type { HeaderBlocks } from './header-block.js';

/** What a connection needs of its door. */
export interface ConnectionHost {
  readonly heads: AnswerHeads;
  readonly blocks: HeaderBlocks;
  nowMs(): number;
  request(exchange: QuickExchange): void;
  /** From here on node:http reads it, beginning with `rest`. */
  handOver(connection: QuickConnection, socket: Duplex, rest: Buffer): void;
  /** A request that was begun will not be there as a whole. `exchange`: what of it is not answered yet. */
  unfinished(why: Unfinished, exchange: QuickExchange | null, socket: Duplex): void;
  gone(connection: QuickConnection): void;
}

export type Unfinished = 'too slow' | 'cut short';

/** What is waited for, with a time by which it must be there. */
export type Awaited = 'a first request' | 'another request' | 'a body';

/** The listeners are the same functions for all connections: five closures each would be half of what a connection holds here. */
const CONNECTION = Symbol('connection');
type Carrier = Duplex & { [CONNECTION]: QuickConnection | null };

function heard(this: Carrier, chunk: Buffer): void {
  this[CONNECTION]?.heard(chunk);
}
function ended(this: Carrier): void {
  this[CONNECTION]?.ended();
}
function drained(this: Carrier): void {
  this[CONNECTION]?.drained();
}
function closed(this: Carrier): void {
  this[CONNECTION]?.closed();
}
function failed(this: Carrier): void {
  this.destroy();
}

export class QuickConnection implements ExchangeHost {
  readonly socket: Duplex;
  /** Since when it waits for whatever it waits for. */
  sinceMs: number;
  readonly #host: ConnectionHost;
  /** Not answered yet; or the last one. */
  #exchange: QuickExchange | null = null;
  /** What is still to come of it, whether anybody wants it or not. */
  #body: QuickBody | null = null;
  /** Came too early, and is not read before its time; nothing more is read behind it. */
  #rest: Buffer | null = null;
  #isFresh = true;
  #isReading = false;
  /** The answers that were given are not taken. */
  #isBlocked = false;
  /** The other side will say no more. */
  #hasEnded = false;
  /** The last answer was given. */
  #isLeaving = false;

  constructor(socket: Duplex, host: ConnectionHost) {
    this.socket = socket;
    this.#host = host;
    this.sinceMs = host.nowMs();
    (socket as Carrier)[CONNECTION] = this;
    socket.on('data', heard).on('end', ended).on('drain', drained).on('close', closed).on('error', failed);
  }

  get heads(): AnswerHeads {
    return this.#host.heads;
  }

  /** `null`: nothing of the other side. */
  get awaited(): Awaited | null {
    if (this.#isLeaving) return null;
    if (this.#body !== null) return 'a body';
    if (this.#exchange !== null || this.socket.writableLength > 0) return null;
    return this.#isFresh ? 'a first request' : 'another request';
  }

  heard(chunk: Buffer): void {
    // Behind an answer that goes on nothing is read any more.
    if (this.#isLeaving || this.#exchange?.isBegun === true) return;
    const body = this.#body;
    let at = 0;
    if (body !== null) {
      at = body.take(chunk, 0);
      if (!body.isWhole) return;
      this.#body = null;
      this.sinceMs = this.#host.nowMs();
    }
    if (at < chunk.length) this.#read(at === 0 ? chunk : chunk.subarray(at));
  }

  ended(): void {
    this.#hasEnded = true;
    if (this.#isLeaving) this.socket.end();
    else if (this.#body !== null) this.giveUp('cut short');
    else if (this.#exchange === null ? !this.#isBlocked : this.#exchange.isHeld) this.socket.end();
  }

  drained(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.sinceMs = this.#host.nowMs();
    this.#goOn();
  }

  closed(): void {
    const exchange = this.#exchange;
    this.#isLeaving = true;
    this.#rest = null;
    this.#body?.abort();
    this.#host.gone(this);
    exchange?.over();
  }

  answered(last: boolean): void {
    if (last) return this.#leave();
    this.#exchange = null;
    if (this.#body === null) this.sinceMs = this.#host.nowMs();
    this.#isBlocked = this.socket.writableNeedDrain;
    if (!this.#isReading && !this.#isBlocked) this.#goOn();
  }

  /** Who has left already is not waited with. */
  held(): void {
    if (this.#hasEnded) this.socket.end();
  }

  /** What is awaited does not come. */
  giveUp(why: Unfinished): void {
    const body = this.#body;
    this.#body = null;
    this.#host.unfinished(why, this.#exchange, this.socket);
    this.#isLeaving = true;
    body?.abort();
  }

  /** What was answered still arrives. Whoever has asked something leaves with the answer. */
  leaveIfIdle(): void {
    if (this.#exchange !== null || this.#body !== null || this.#rest !== null || this.#isLeaving) return;
    if (this.socket.writableLength > 0) this.#leave();
    else this.leaveAtOnce();
  }

  /** Nothing that was begun is finished. */
  leaveAtOnce(): void {
    this.#isLeaving = true;
    this.socket.destroy();
  }

  get #isFree(): boolean {
    return this.#exchange === null && this.#body === null && !this.#isBlocked && !this.#isLeaving;
  }

  #read(chunk: Buffer): void {
    let at = 0;
    this.#isReading = true;
    while (at < chunk.length && this.#isFree) {
      const head = readHead(chunk, at, this.#host.blocks);
      if (head === null) return this.#handOver(at === 0 ? chunk : chunk.subarray(at));
      at += head.bytes;
      at += this.#begin(head, chunk, at);
    }
    this.#isReading = false;
    if (at < chunk.length && !this.#isLeaving) this.#hold(at === 0 ? chunk : chunk.subarray(at));
    else if (this.socket.isPaused()) this.socket.resume();
  }

  /** Answers how much of its body was there. */
  #begin(head: QuickHead, chunk: Buffer, at: number): number {
    const { bodyBytes } = head.block;
    this.#isFresh = false;
    const body = bodyBytes === 0 ? null : new QuickBody(bodyBytes);
    const taken = body?.take(chunk, at) ?? 0;
    if (body !== null && !body.isWhole) {
      this.#body = body;
      this.sinceMs = this.#host.nowMs();
    }
    const exchange = new QuickExchange(head, body, this);
    this.#exchange = exchange;
    this.#host.request(exchange);
    body?.settle();
    return taken;
  }

  /** What comes behind a request that is being answered waits for its turn, and with it whatever else the other side says. */
  #hold(rest: Buffer): void {
    this.#rest = this.#rest === null ? rest : Buffer.concat([this.#rest, rest]);
    this.socket.pause();
  }

  #goOn(): void {
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) this.#read(rest);
    if (this.#hasEnded && this.#isFree && this.#rest === null) this.socket.end();
  }

  /** What was written arrives. */
  #leave(): void {
    this.#isLeaving = true;
    const { socket } = this;
    if ('destroySoon' in socket) (socket as unknown as { destroySoon(): void }).destroySoon();
    else socket.end();
  }

  #handOver(rest: Buffer): void {
    const { socket } = this;
    this.#isLeaving = true;
    (socket as Carrier)[CONNECTION] = null;
    socket.off('data', heard).off('end', ended).off('drain', drained).off('close', closed).off('error', failed);
    this.#host.handOver(this, socket, rest);
  }
}
