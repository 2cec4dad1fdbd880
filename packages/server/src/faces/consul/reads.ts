/** Every read that has an index: how sure it must be, whether it waits, and what its headers say. */
import type { CatalogView, Clock } from '@rollcall/core';
import type { HttpAnswer, HttpReply } from '../../shared/http-face.js';
import type { Blocking, Manner } from './waiting/blocking.js';
import { consistencyOf, type Consistency } from './consistency.js';
import { ConsulRefusal, NO_LEADER } from './refusal.js';
import type { Ask } from './route.js';
import { isNews, type Known, type Shown, type Watched } from './waiting/watched.js';

export interface ReadsOptions {
  readonly view: Pick<CatalogView, 'staleSinceMs'>;
  readonly clock: Clock;
  readonly blocking: Blocking;
  /** What callers have who show no token: `deny` where they may read nothing. */
  readonly defaultPolicy: () => 'allow' | 'deny';
  /** Settles once this node shows what the log held when it was called; `false` if it does not in time. Throws where the log cannot be asked. */
  readonly confirm: (withinMs: number) => Promise<boolean>;
  readonly failed: (error: unknown) => HttpAnswer;
}

/** Consul's own: without a word five minutes, and never more than ten. */
const WAIT_DEFAULT_MS = 300_000;
const WAIT_MAX_MS = 600_000;

/** Who asks the log itself waits as long as Consul's clients wait for a leader. */
const CONFIRM_MS_MAX = 7000;

/** It stands first. */
export const INDEX_HEADER = 'X-Consul-Index';

export class Reads {
  readonly #options: ReadsOptions;
  readonly #manners: Readonly<Record<string, Manner>>;

  constructor(options: ReadsOptions) {
    this.#options = options;
    const manners = (['leader', 'consistent', 'stale'] as const).flatMap((consistency) =>
      [false, true].map((cached) => [`${consistency}${cached ? ' cached' : ''}`, this.#manner(consistency, cached)] as const),
    );
    this.#manners = Object.fromEntries(manners);
  }

  /** Answers now, or when there is news. What is `watched` must have been judged: whoever may not read it is refused before. */
  answer(ask: Ask, watched: Watched): HttpReply | Promise<HttpReply> {
    const consistency = consistencyOf(ask.query);
    const waiting = waitOf(ask, watched);
    const manner = this.#manners[`${consistency}${ask.query.has('cached') ? ' cached' : ''}`] as Manner;
    const reply = (): HttpReply => {
      if (waiting === null || isNews(watched, waiting)) return manner.answer(watched.read(), watched.index());
      return this.#options.blocking.wait(watched, { ...waiting, manner });
    };
    return consistency === 'consistent' ? this.#confirmed().then(reply) : reply();
  }

  /** The headers of an answer that has an index. */
  headers(index: number, consistency: Consistency = 'leader'): readonly string[] {
    return [INDEX_HEADER, String(index), ...this.#contact(consistency)];
  }

  /** Of an answer of its own: what is not waited for. */
  #contact(consistency: Consistency): readonly string[] {
    const { view, clock, defaultPolicy } = this.#options;
    const { staleSinceMs } = view;
    const ageMs = staleSinceMs === null ? 0 : Math.max(0, Math.round(clock.wallMs() - staleSinceMs));
    return [
      'X-Consul-LastContact',
      String(ageMs),
      'X-Consul-KnownLeader',
      String(staleSinceMs === null),
      'X-Consul-Effective-Consistency',
      consistency,
      'X-Consul-Default-Acl-Policy',
      defaultPolicy(),
      'X-Consul-Query-Backend',
      'blocking-query',
      'Vary',
      'Accept-Encoding',
    ];
  }

  #manner(consistency: Consistency, cached: boolean): Manner {
    // What is kept here is never older than the answer.
    const cache = cached ? ['X-Cache', 'HIT', 'Age', '0'] : [];
    return {
      key: `${consistency}${cached ? ' cached' : ''}`,
      answer: ({ status = 200, mediaType = 'application/json', headers = [], body }, index) => {
        const type = body === null ? [] : ['content-type', mediaType];
        const all = [...this.headers(index, consistency), ...cache, ...headers, ...type];
        // With its length, so that what is made once for many is written out once.
        if (typeof body === 'string' || body === null) return { status, headers: all, body };
        return { status, headers: [...all, 'content-length', String(body.length)], body, complete: true };
      },
      failed: this.#options.failed,
    };
  }

  async #confirmed(): Promise<void> {
    let reached = false;
    try {
      reached = await this.#options.confirm(CONFIRM_MS_MAX);
    } catch (error) {
      throw new ConsulRefusal(500, NO_LEADER, [], { cause: error });
    }
    if (!reached) throw new ConsulRefusal(500, NO_LEADER);
  }
}

interface Waiting extends Known {
  readonly waitMs: number;
}

/** `null`: it does not want to wait. */
function waitOf({ query }: Ask, watched: Watched): Waiting | null {
  const waitMs = query.duration('wait', 'Invalid wait time') ?? 0;
  if (waitMs < 0) throw new ConsulRefusal(400, 'Invalid wait time');
  const index = query.whole('index', 'Invalid index') ?? 0n;
  const hash = query.text('hash');
  const byHash = watched.hash !== undefined;
  if (byHash ? hash === '' : index === 0n) return null;
  return { index: byHash ? null : Number(index), hash, waitMs: waitMs === 0 ? WAIT_DEFAULT_MS : Math.min(waitMs, WAIT_MAX_MS) };
}

/** A body as JSON, laid out as it was asked for. */
export function shownJson({ query }: Pick<Ask, 'query'>, value: unknown): Shown {
  return { body: query.has('pretty') ? `${JSON.stringify(value, null, 4)}\n` : JSON.stringify(value) };
}
