/** All connections that are read here, and what they have in common: one look at all of them for whoever takes too long. */
import type { Duplex } from 'node:stream';
import type { Clock } from '@rollcall/core';
import { AnswerHeads } from './answer-head.js';
import { QuickConnection, type Awaited, type ConnectionHost, type Unfinished } from './connection.js';
import type { QuickExchange } from './exchange.js';
import { HeaderBlocks } from './header-block.js';

export interface QuickOptions {
  readonly clock: Clock;
  readonly patience: Patience;
  readonly request: (exchange: QuickExchange) => void;
  /** Not for us: node:http reads it, beginning with these bytes. */
  readonly handOver: (socket: Duplex, rest: Buffer) => void;
  readonly unfinished: ConnectionHost['unfinished'];
}

export interface Patience {
  readonly headMs: number;
  readonly requestMs: number;
  readonly idleMs: number;
  /** How often it is looked at. */
  readonly lookMs: number;
}

export class QuickConnections implements ConnectionHost {
  readonly heads: AnswerHeads;
  readonly blocks: HeaderBlocks = new HeaderBlocks();
  readonly #options: QuickOptions;
  readonly #connections = new Set<QuickConnection>();
  readonly #waitMs: Readonly<Record<Awaited, number>>;
  #cancelLook: () => void = () => undefined;

  constructor(options: QuickOptions) {
    this.#options = options;
    const { headMs, requestMs, idleMs } = options.patience;
    this.#waitMs = { 'a first request': headMs, 'another request': idleMs, 'a body': requestMs };
    this.heads = new AnswerHeads(options.clock);
  }

  take(socket: Duplex): void {
    this.#connections.add(new QuickConnection(socket, this));
  }

  startLooking(): void {
    this.#cancelLook = this.#options.clock.after(this.#options.patience.lookMs, () => {
      this.#look();
      this.startLooking();
    });
  }

  /** Those that wait for another request wait for nothing. The others end with what they are answered. */
  endIdle(): void {
    for (const connection of this.#connections) connection.leaveIfIdle();
  }

  endAll(): void {
    for (const connection of this.#connections) connection.leaveAtOnce();
  }

  stopLooking(): void {
    this.#cancelLook();
  }

  nowMs(): number {
    return this.#options.clock.monotonicMs();
  }

  request(exchange: QuickExchange): void {
    this.#options.request(exchange);
  }

  handOver(connection: QuickConnection, socket: Duplex, rest: Buffer): void {
    this.#connections.delete(connection);
    this.#options.handOver(socket, rest);
  }

  unfinished(why: Unfinished, exchange: QuickExchange | null, socket: Duplex): void {
    this.#options.unfinished(why, exchange, socket);
  }

  gone(connection: QuickConnection): void {
    this.#connections.delete(connection);
  }

  #look(): void {
    const nowMs = this.nowMs();
    for (const connection of this.#connections) {
      const { awaited, sinceMs } = connection;
      if (awaited !== null && nowMs - sinceMs >= this.#waitMs[awaited]) this.#tooSlow(connection, awaited);
    }
  }

  #tooSlow(connection: QuickConnection, awaited: Awaited): void {
    if (awaited === 'another request') connection.leaveAtOnce();
    else connection.giveUp('too slow');
  }
}
