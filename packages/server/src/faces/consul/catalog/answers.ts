/** Answers about the catalog, as bytes: rendered when they are first asked for after a change, and lying ready from then on. */
import type { Caller, CatalogView, Clock } from '@rollcall/core';
import type { AnswerCache, CachedAnswer } from '../../../shared/answer-cache.js';
import type { HttpAnswer, HttpHead } from '../../../shared/http-face.js';
import type { About, CatalogIndexes } from './indexes.js';
import type { Indexes } from '../indexes.js';
import type { Making } from './making.js';
import type { Reads } from '../reads.js';
import type { Ask } from '../route.js';
import { SlicedAnswer } from './sliced-answer.js';
import type { Watched } from '../waiting/watched.js';

/** What an answer is about, and so when it is out of date. */
export interface Subject {
  /** Whose changes are heard of. */
  readonly about: About;
  /** When it last moved. */
  readonly revision: () => number;
  readonly isExact?: boolean;
  /** What the order follows from besides, where there is one: it may be who asks. */
  readonly near?: string | undefined;
}

export class CatalogAnswer implements CachedAnswer {
  readonly body: Buffer;
  readonly revision: number;
  readonly subject: Subject;
  #answer: HttpAnswer | null = null;

  constructor(subject: Subject, revision: number, body: Buffer) {
    this.subject = subject;
    this.revision = revision;
    this.body = body;
  }

  get isCurrent(): boolean {
    return this.subject.revision() === this.revision;
  }

  /** The very same for as long as it is true. */
  answer(headers: () => readonly string[]): HttpAnswer {
    this.#answer ??= {
      status: 200,
      headers: [...headers(), 'content-type', 'application/json', 'content-length', String(this.body.length)],
      body: this.body,
      complete: true,
    };
    return this.#answer;
  }
}

export interface CatalogAnswersOptions {
  readonly view: Pick<CatalogView, 'staleSinceMs' | 'complete'>;
  readonly catalog: CatalogIndexes;
  readonly indexes: Indexes;
  readonly cache: AnswerCache;
  readonly reads: Pick<Reads, 'headers'>;
  readonly clock: Clock;
}

/** One that nobody waits for is at hand for so long, for those who ask for it at the same time. */
const SLICED_KEPT_MS = 1000;

export class CatalogAnswers {
  readonly #options: CatalogAnswersOptions;
  readonly #sliced = new Map<string, SlicedAnswer>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: CatalogAnswersOptions) {
    this.#options = options;
  }

  /** For `reads`: an answer that follows from the catalog and the question alone. */
  watched(ask: Ask, subject: Subject, render: () => string): Watched {
    const { catalog, indexes } = this.#options;
    const { near } = subject;
    const key = near === undefined ? keyOf(ask) : `${keyOf(ask)} ${near}`;
    return {
      key,
      index: () => indexes.of(subject.revision()),
      read: () => ({ body: this.#kept(key)?.body ?? this.#keep(key, subject, render()) }),
      listen: (moved) => catalog.listen(subject.about, moved),
      ...(subject.isExact === undefined ? {} : { isExact: subject.isExact }),
    };
  }

  /** The same of one that may take long to make: settles when that is done, and never holds up others. */
  async sliced(ask: Ask, subject: Subject, make: () => Making<Buffer>): Promise<Watched> {
    const { indexes, cache } = this.#options;
    const { near } = subject;
    const key = near === undefined ? keyOf(ask) : `${keyOf(ask)} ${near}`;
    const answer = this.#slicedAt(key, subject, make);
    const kept = this.#kept(key);
    if (kept !== null) answer.take(kept);
    const { revision, body } = await answer.fresh();
    if (kept?.body !== body) cache.putIfAskedTwice(key, new CatalogAnswer(subject, revision, body));
    return {
      key,
      index: () => indexes.of(answer.revision),
      read: () => ({ body: answer.body }),
      listen: (moved) => answer.listen(moved),
      ...(subject.isExact === undefined ? {} : { isExact: subject.isExact }),
    };
  }

  #slicedAt(key: string, subject: Subject, make: () => Making<Buffer>): SlicedAnswer {
    const known = this.#sliced.get(key);
    if (known !== undefined) return known;
    const { catalog, clock } = this.#options;
    const inTurn = <Made>(work: () => Promise<Made>): Promise<Made> => {
      const mine = this.#turn.then(work);
      this.#turn = mine.catch(() => undefined);
      return mine;
    };
    const answer = new SlicedAnswer({ subject, catalog, clock, make, inTurn });
    this.#sliced.set(key, answer);
    const forget = (): void => {
      if (answer.isWanted) clock.after(SLICED_KEPT_MS, forget);
      else this.#sliced.delete(key);
    };
    clock.after(SLICED_KEPT_MS, forget);
    return answer;
  }

  /** Lying ready for this caller: the answer to a plain question, by its address as it came. */
  ready({ url = '' }: HttpHead, { may }: Caller): HttpAnswer | null {
    const { view, reads, indexes } = this.#options;
    if (view.staleSinceMs !== null || !view.complete) return null;
    const found = this.#kept(`${may.read.key}${url}`);
    return found === null ? null : found.answer(() => reads.headers(indexes.of(found.revision)));
  }

  #kept(key: string): CatalogAnswer | null {
    const { cache } = this.#options;
    const found = cache.get(key);
    if (!(found instanceof CatalogAnswer)) return null;
    if (found.isCurrent) return found;
    cache.expire(key);
    return null;
  }

  #keep(key: string, subject: Subject, text: string): Buffer {
    const answer = new CatalogAnswer(subject, subject.revision(), Buffer.from(text));
    this.#options.cache.putIfAskedTwice(key, answer);
    return answer.body;
  }
}

/** How it is waited for, and how sure it must be, is not part of what is asked. */
const WAYS = /^(?:index|wait|hash|stale|consistent|leader|max_stale|cached|token|dc|ns|partition)(?:=|$)/;

/** For whom, and what: the address without what says how to wait. */
function keyOf({ head: { url = '' }, caller }: Pick<Ask, 'head' | 'caller'>): string {
  const queryAt = url.indexOf('?');
  const { key } = caller.may.read;
  if (queryAt < 0) return `${key}${url}`;
  const rest = url
    .slice(queryAt + 1)
    .split('&')
    .filter((parameter) => !WAYS.test(parameter));
  return `${key}${url.slice(0, queryAt)}${rest.length === 0 || rest[0] === '' ? '' : `?${rest.join('&')}`}`;
}
