/** The members of an etcd as one thing to ask: whoever answers is asked next time too; whoever does not is left for another one. */
import { sleep, type Clock, type Random } from '@rollcall/client';
import { etcdCalls, type EtcdCall, type EtcdStreamCall } from '@rollcall/wire';
import type { Connection } from './connection.js';
import { failureOf, isOpenToAll } from './failure.js';
import type { MessageStream } from './grpc-module.js';
import type { EtcdUser } from './options.js';

export interface AskingOptions {
  /** At least one. */
  readonly connections: readonly Connection[];
  readonly user: EtcdUser | null;
  readonly token: string | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** One that hangs is left for the next by then. */
const MEMBER_WITHIN_MS = 2_000;

/** So often each is asked before whoever waits is told. */
const ROUNDS = 2;

/** Between two tries: short at first, each of a different length, and an etcd that is back is found within seconds. */
const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 5_000;

/**
 * Node 20 never comes back from ending a stream of HTTP/2 before its first bytes have left, which they do in a later turn of the event
 * loop than the one that wrote them.
 */
const BYTES_LEAVE_WITHIN_MS = 20;

export interface OpenStream<Answer> {
  readonly stream: MessageStream<Answer>;
  /** Nobody listens any more; what still comes is to be ignored. */
  end(): void;
  /** To be told when it broke, and of what. */
  left(thrown: unknown): void;
}

export class Asking {
  readonly #options: AskingOptions;
  #current = 0;
  #token: Promise<string | null> | null = null;

  constructor(options: AskingOptions) {
    this.#options = options;
    // Many programs know the members in the same order; they shall not all ask the same one.
    this.#current = Math.floor(options.random.number() * options.connections.length);
  }

  /** Asks one member after the other. Throws an `EtcdFailure`. */
  async ask<Request, Answer>(call: EtcdCall<Request, Answer>, request: Request): Promise<Answer> {
    const tries = this.#options.connections.length * ROUNDS;
    let isRenewed = false;
    for (let attempt = 1; ; attempt++) {
      const at = this.#current;
      try {
        const connection = this.#connection(at);
        return await connection.ask(call, request, await this.#tokenFrom(connection), MEMBER_WITHIN_MS);
      } catch (thrown) {
        const failure = failureOf(thrown);
        if (failure.isOfToken && !isRenewed && this.#options.user !== null) {
          isRenewed = true;
          this.#token = null;
          continue;
        }
        if (!failure.retryable) throw failure;
        this.#leave(at);
        if (attempt >= tries) throw failure;
        await this.pause(attempt);
      }
    }
  }

  /** To the member that answers at present. */
  async open<Answer>(call: EtcdStreamCall<Answer>): Promise<OpenStream<Answer>> {
    const at = this.#current;
    const connection = this.#connection(at);
    const left = (thrown: unknown): void => {
      const failure = failureOf(thrown);
      if (failure.isOfToken) this.#token = null;
      this.#leave(at);
    };
    try {
      const stream = connection.open(call, await this.#tokenFrom(connection));
      const end = (): void => void this.#options.clock.after(BYTES_LEAVE_WITHIN_MS, () => stream.cancel());
      return { stream, end, left };
    } catch (thrown) {
      left(thrown);
      throw failureOf(thrown);
    }
  }

  pause(attempt: number, signal?: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    const longestMs = Math.min(PAUSE_FIRST_MS * 2 ** Math.min(attempt - 1, 20), PAUSE_MAX_MS);
    return sleep(clock, (longestMs / 2) * (1 + random.number()), signal);
  }

  close(): void {
    for (const connection of this.#options.connections) connection.close();
  }

  #connection(at: number): Connection {
    const connection = this.#options.connections[at];
    if (connection === undefined) throw new TypeError('An etcd has at least one endpoint.');
    return connection;
  }

  #leave(at: number): void {
    if (this.#current === at) this.#current = (at + 1) % this.#options.connections.length;
  }

  #tokenFrom(connection: Connection): Promise<string | null> | string | null {
    const { user, token } = this.#options;
    if (user === null) return token;
    if (this.#token !== null) return this.#token;
    const asked = connection.ask(etcdCalls.authenticate, user, null, MEMBER_WITHIN_MS).then(
      ({ token: given }) => given,
      (thrown: unknown) => {
        // As Go's client has it: whoever has a name may come in where nobody is asked for one.
        if (isOpenToAll(thrown)) return null;
        throw thrown;
      },
    );
    asked.catch(() => {
      if (this.#token === asked) this.#token = null;
    });
    this.#token = asked;
    return asked;
  }
}
