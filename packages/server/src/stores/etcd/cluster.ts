/**
 * An etcd cluster as one thing to ask. Whoever answers is asked next time too; whoever does not is left for another
 * member. Every header is looked at: it has to be the same cluster, and its revision must not step back.
 */
import type { ChannelCredentials } from '@grpc/grpc-js';
import type { Clock, Random } from '@rollcall/core';
import type { EtcdCredentials, EtcdHeader } from '@rollcall/wire';
import { authenticate, type UnaryCall } from './calls.js';
import { Connection, type MessageStream } from './connection.js';
import { troubleOf, unavailable } from './trouble.js';

export interface ClusterOptions {
  readonly endpoints: readonly string[];
  readonly channel: ChannelCredentials;
  /** Who this node is to an etcd with users; `null` where it has none. */
  readonly user: EtcdCredentials | null;
  readonly clock: Clock;
  readonly random: Random;
  /** What answers is not the cluster, or not the state of it, that answered before. */
  readonly onReplaced: (reason: string) => void;
}

/** A leader is found within seconds; who waits for longer wants to be told. */
const ANSWER_WITHIN_MS = 5_000;

const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 1_000;

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #connections: readonly Connection[];
  #current = 0;
  #token: Promise<string> | null = null;
  #clusterId: bigint | null = null;
  /** The highest revision that any linearizable answer told of. */
  #seen = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#connections = options.endpoints.map((endpoint) => new Connection(endpoint, options.channel, options.clock));
  }

  /** Where the log stood when it was last heard of. */
  get head(): number {
    return this.#seen;
  }

  get id(): bigint {
    return this.#clusterId ?? 0n;
  }

  get endpoints(): readonly string[] {
    return this.#options.endpoints;
  }

  /** Asks, if need be one member after the other. `headerOf`: answers of it are linearizable, and looked at. */
  async ask<Request, Answer>(
    call: UnaryCall<Request, Answer>,
    request: Request,
    headerOf?: (answer: Answer) => EtcdHeader,
  ): Promise<Answer> {
    const untilMs = this.#options.clock.monotonicMs() + ANSWER_WITHIN_MS;
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      const asked = this.#current;
      const seenBefore = this.#seen;
      try {
        const token = await this.#tokenFrom(this.#connection(asked));
        const leftMs = Math.max(1, untilMs - this.#options.clock.monotonicMs());
        const answer = await this.#connection(asked).ask(call, request, token, leftMs);
        if (headerOf !== undefined) this.look(headerOf(answer), seenBefore);
        return answer;
      } catch (thrown) {
        const trouble = troubleOf(thrown);
        if (trouble.token === true && !renewed && this.#options.user !== null) {
          renewed = true;
          this.#token = null;
          continue;
        }
        this.#leave(asked);
        const again = trouble.passing && (trouble.refused || call.repeatable);
        // Where nobody even takes the question, waiting helps nobody: each was asked.
        const everybodyAsked = trouble.refused && attempt + 1 >= this.#connections.length;
        if (!again || everybodyAsked || this.#options.clock.monotonicMs() >= untilMs) {
          throw call.repeatable && trouble.error.code === 'outcome-unknown' ? unavailable(trouble.error.message, thrown) : trouble.error;
        }
        if (!trouble.refused) await this.pause(attempt);
      }
    }
  }

  /** A stream to the member that answers at present. Whoever sees it break says so with `left`. */
  async open<Answer>(
    path: string,
    read: (bytes: Uint8Array) => Answer,
  ): Promise<{ readonly stream: MessageStream<Answer>; readonly left: () => void }> {
    const at = this.#current;
    const token = await this.#tokenFrom(this.#connection(at));
    return { stream: this.#connection(at).open(path, read, token), left: () => this.#leave(at) };
  }

  /** `seenBefore`: what was known when the question was put; answers overtake each other. */
  look({ clusterId, revision }: EtcdHeader, seenBefore: number = 0): void {
    if (this.#clusterId !== null && clusterId !== this.#clusterId) {
      return this.#replaced(`cluster ${clusterId.toString(16)} answers instead of ${this.#clusterId.toString(16)}`);
    }
    if (revision < seenBefore) return this.#replaced(`its revision went back from ${seenBefore} to ${revision}`);
    this.#clusterId = clusterId;
    this.#seen = Math.max(this.#seen, revision);
  }

  /** Before the same question is asked once more, of others too: short at first, each of a different length. */
  pause(attempt: number): Promise<void> {
    const { clock, random } = this.#options;
    const delayMs = Math.min(PAUSE_FIRST_MS * 2 ** attempt, PAUSE_MAX_MS) * (0.5 + random.number() / 2);
    return new Promise((resolve) => clock.after(delayMs, resolve));
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #replaced(reason: string): void {
    this.#clusterId = null;
    this.#seen = 0;
    this.#options.onReplaced(reason);
  }

  #connection(at: number): Connection {
    const connection = this.#connections[at];
    if (connection === undefined) throw new Error('A cluster has at least one member.');
    return connection;
  }

  #leave(at: number): void {
    if (this.#current === at) this.#current = (at + 1) % this.#connections.length;
  }

  #tokenFrom(connection: Connection): Promise<string> | null {
    const { user } = this.#options;
    if (user === null) return null;
    this.#token ??= connection.ask(authenticate, user, null, ANSWER_WITHIN_MS).catch((error: unknown) => {
      this.#token = null;
      throw error;
    });
    return this.#token;
  }
}
