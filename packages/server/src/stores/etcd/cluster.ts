/**
 * An etcd cluster as one thing to ask. Whoever answers is asked next time too; whoever does not is left for another
 * member. Every header is looked at: it has to be the same cluster, and its revision must not step back.
 */
import type { ChannelCredentials } from '@grpc/grpc-js';
import { isRollcallError, backoffMs, type Clock, type Log, type Random } from '@rollcall/core';
import type { EtcdCredentials, EtcdHeader, EtcdStatus, EtcdStreamCall } from '@rollcall/wire';
import { askStatus, authenticate, type UnaryCall } from './calls.js';
import { Connection, type MessageStream } from './connection.js';
import { Identity, type Asked } from './identity.js';
import { Leader } from './leader.js';
import { troubleOf, unavailable, type Trouble } from './trouble.js';

export interface ClusterOptions {
  readonly endpoints: readonly string[];
  readonly channel: ChannelCredentials;
  /** Who this node is to an etcd with users; `null` where it has none. */
  readonly user: EtcdCredentials | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What answers is not the cluster, or not the state of it, that answered before. */
  readonly onReplaced: (reason: string) => void;
  /** One member is behind: slow perhaps, or set back. To be found out by asking what everybody agrees on. */
  readonly onDoubt: () => void;
}

/** A leader is found within seconds; who waits for longer wants to be told. */
const ANSWER_WITHIN_MS = 5_000;

/** For what one member says of itself, which it does at once or not at all. */
const STATUS_WITHIN_MS = 1_000;

/** Whoever asks how all of them are would rather know of the others than wait for one. */
const EACH_WITHIN_MS = 500;

const PAUSE = { firstMs: 50, longestMs: 1_000 };

/** An endpoint that leads to another cluster is a mistake that somebody has to mend; then it is looked at again. */
const STRANGER_FOR_MS = 60_000;

export interface OpenStream<Answer> {
  /** Which of the endpoints it leads to. */
  readonly at: number;
  readonly stream: MessageStream<Answer>;
  /** To be told, when it breaks, of what it broke. */
  readonly left: (thrown?: unknown) => void;
  /** To be told of every header that comes. Rejects for one that is not of this cluster. */
  readonly look: (header: EtcdHeader) => Promise<void>;
}

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #connections: readonly Connection[];
  readonly #identity = new Identity();
  readonly #leader: Leader;
  /** Endpoints that lead elsewhere, and until when they are left alone. */
  readonly #strangersUntilMs = new Map<number, number>();
  /** Endpoints of which it is known where they lead, until they break. */
  readonly #introduced = new Set<number>();
  #current = 0;
  #token: Promise<string> | null = null;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#connections = options.endpoints.map((endpoint) => new Connection(endpoint, options.channel, options.clock));
    this.#leader = new Leader(options.clock, options.endpoints.length, (at) => this.#statusAt(at));
  }

  /** Where the log stood when it was last heard of. */
  get head(): number {
    return this.#identity.revision;
  }

  /** Asks, if need be one member after the other. */
  async ask<Request, Answer>(call: UnaryCall<Request, Answer>, request: Request): Promise<Answer> {
    const { clock } = this.#options;
    const untilMs = clock.monotonicMs() + ANSWER_WITHIN_MS;
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      const at = this.#current;
      const asked = this.#identity.asked();
      try {
        const token = await this.#tokenFrom(this.#connection(at));
        await this.#introduce(at, asked);
        const answer = await this.#connection(at).ask(call, request, token, Math.max(1, untilMs - clock.monotonicMs()));
        await this.#look(call.headerOf(answer), asked, call.agreed, at);
        return answer;
      } catch (thrown) {
        const trouble = troubleOf(thrown);
        if (trouble.token === true && !renewed && this.#options.user !== null) {
          renewed = true;
          this.#token = null;
          continue;
        }
        this.#leave(at);
        if (!this.#mayAskAgain(trouble, call.repeatable, attempt) || clock.monotonicMs() >= untilMs) {
          throw call.repeatable && trouble.error.code === 'outcome-unknown' ? unavailable(trouble.error.message, thrown) : trouble.error;
        }
        if (!trouble.refused) await this.pause(attempt);
      }
    }
  }

  /** A stream to the member that answers at present; `toLeader`: rather to the one that leads, if that is known. */
  async open<Answer>(call: EtcdStreamCall<Answer>, toLeader = false): Promise<OpenStream<Answer>> {
    const at = (toLeader ? await this.#leader.find() : null) ?? this.#current;
    const asked = this.#identity.asked();
    const token = await this.#tokenFrom(this.#connection(at));
    await this.#introduce(at, asked);
    return {
      at,
      stream: this.#connection(at).open(call, token),
      left: (thrown) => {
        if (isOfToken(thrown)) this.#token = null;
        this.#leader.forget();
        this.#leave(at);
      },
      // How far one member was when it wrote tells nothing.
      look: (header) => this.#look(header, { ...asked, revision: 0 }, false, at),
    };
  }

  /** As far as is known. */
  async leads(at: number): Promise<boolean> {
    const leader = await this.#leader.find();
    return leader === null || leader === at;
  }

  /** What each endpoint says of itself, at the same time; `null` for one that says nothing. */
  statuses(): Promise<readonly { readonly address: string; readonly status: EtcdStatus | null }[]> {
    const { endpoints } = this.#options;
    return Promise.all(
      endpoints.map(async (address, at) => ({ address, status: await this.#statusAt(at, EACH_WITHIN_MS).catch(() => null) })),
    );
  }

  /** Before the same question is asked once more, of others too: short at first, each of a different length. */
  pause(attempt: number): Promise<void> {
    const { clock, random } = this.#options;
    const delayMs = backoffMs(PAUSE, attempt + 1, random);
    return new Promise((resolve) => clock.after(delayMs, resolve));
  }

  /** For whoever finds out by other means what answers. */
  asked(): Asked {
    return this.#identity.asked();
  }

  /** It was found out to be another log than it was when this was asked. */
  replaced(reason: string, asked: Asked): void {
    if (this.#identity.isOver(asked)) return;
    this.#identity.startOver();
    this.#strangersUntilMs.clear();
    this.#introduced.clear();
    this.#token = null;
    this.#leader.forget();
    this.#options.onReplaced(reason);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Rejects where the answer is not of this cluster. */
  async #look(header: EtcdHeader, asked: Asked, agreed: boolean, at: number): Promise<void> {
    const known = this.#identity.clusterId;
    switch (this.#identity.look(header, asked, agreed)) {
      case 'same':
        return;
      case 'doubtful':
        return this.#options.onDoubt();
      case 'set-back':
        return this.replaced(`its revision went back from ${asked.revision} to ${header.revision}`, asked);
      case 'another':
        await this.#judgeStranger(header.clusterId, known ?? 0n, at, asked);
    }
  }

  /** One endpoint may lead to a cluster that is none of ours; where most do, ours is no more. */
  async #judgeStranger(stranger: bigint, known: bigint, at: number, asked: Asked): Promise<void> {
    const others = [...this.#connections.keys()].filter((other) => other !== at);
    const answers = await Promise.allSettled(others.map((other) => this.#statusAt(other)));
    if (this.#identity.isOver(asked)) return;
    const name = `cluster ${stranger.toString(16)} answers instead of ${known.toString(16)}`;
    const alike = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.header.clusterId === stranger);
    // Where ours is out of reach, one that is not does not become ours by that.
    if (alike.length + 1 > this.#connections.length / 2) return this.replaced(name, asked);
    const { clock, log, endpoints } = this.#options;
    if (!this.#strangersUntilMs.has(at)) {
      log.error('an address of etcd leads to another cluster, and is not used', { address: endpoints[at] ?? '', reason: name });
    }
    this.#strangersUntilMs.set(at, clock.monotonicMs() + STRANGER_FOR_MS);
    throw unavailable(`At ${endpoints[at]} another etcd: ${name}.`);
  }

  #mayAskAgain({ passing, refused }: Trouble, repeatable: boolean, attempt: number): boolean {
    // Where nobody even takes the question, waiting helps nobody: each was asked.
    const everybodyAsked = refused && attempt + 1 >= this.#connections.length;
    return passing && (refused || repeatable) && !everybodyAsked;
  }

  /** One of several is asked who it is before anything is done there: a stranger would do it, and its refusals name nobody. */
  async #introduce(at: number, asked: Asked): Promise<void> {
    if (this.#connections.length === 1 || this.#introduced.has(at)) return;
    const status = await this.#statusAt(at).catch((error: unknown) => {
      const trouble = troubleOf(error);
      if (trouble.passing) throw unavailable(`etcd does not answer: ${trouble.error.message}`, error);
      return null;
    });
    if (status !== null) await this.#look(status.header, { ...asked, revision: 0 }, false, at);
    this.#introduced.add(at);
  }

  async #statusAt(at: number, withinMs: number = STATUS_WITHIN_MS): Promise<EtcdStatus> {
    return this.#connection(at).ask(askStatus, undefined, await this.#tokenFrom(this.#connection(at)), withinMs);
  }

  #connection(at: number): Connection {
    const connection = this.#connections[at];
    if (connection === undefined) throw new Error('A cluster has at least one member.');
    return connection;
  }

  /** For the next one that is none of another cluster. */
  #leave(at: number): void {
    this.#introduced.delete(at);
    if (this.#current !== at) return;
    const [count, nowMs] = [this.#connections.length, this.#options.clock.monotonicMs()];
    const next = Array.from({ length: count }, (_, step) => (at + 1 + step) % count);
    this.#current = next.find((one) => (this.#strangersUntilMs.get(one) ?? 0) <= nowMs) ?? (at + 1) % count;
  }

  #tokenFrom(connection: Connection): Promise<string> | null {
    const { user } = this.#options;
    if (user === null) return null;
    this.#token ??= connection.ask(authenticate, user, null, ANSWER_WITHIN_MS).then(
      ({ token }) => token,
      (error: unknown) => {
        this.#token = null;
        throw error;
      },
    );
    return this.#token;
  }
}

/** A watch is refused for want of rights, also where only the token is no longer good. */
function isOfToken(thrown: unknown): boolean {
  if (isRollcallError(thrown)) return thrown.details['watchRefused'] === true;
  try {
    return troubleOf(thrown).token === true;
  } catch {
    return false;
  }
}
