/**
 * What the native face answers about services, as bytes. An answer is rendered when it is first asked for after a
 * change, and lies ready from then on: the same question, by its address, is a lookup.
 */
import {
  demandRight,
  Namespace,
  select,
  spelling,
  type Caller,
  type CatalogView,
  type InstanceQuery,
  type ServiceName,
} from '@rollcall/core';
import type { AnswerCache, CachedAnswer } from '../../shared/answer-cache.js';
import type { HttpAnswer } from '../../shared/http-face.js';
import { joined } from '../../shared/joined.js';
import { formatCursor, parseCursor } from './cursor.js';
import type { Fragments } from './fragments.js';
import { renderService, type ServiceContent } from './render.js';

export interface ServiceQuestion {
  readonly namespace: Namespace;
  readonly service: ServiceName;
  readonly query: InstanceQuery;
}

export interface AnswersOptions {
  readonly view: CatalogView;
  readonly cache: AnswerCache;
  readonly fragments: Fragments;
}

export interface Subject {
  readonly namespace: Namespace;
  readonly service: ServiceName | null;
}

/** A body with its head, true for as long as its revision is its subject's. */
export class ReadAnswer implements CachedAnswer {
  readonly body: Buffer;
  readonly cursor: string;
  readonly etag: string;
  readonly epoch: string;
  /** The subject's: it moves only when something changes there. */
  readonly revision: number;
  /** What it is about: one service, or (without one) all of them. */
  readonly about: Subject;
  #answer: HttpAnswer | null = null;
  #answerAt = -1;

  constructor(epoch: string, revision: number, about: Subject, body: Buffer) {
    this.body = body;
    this.epoch = epoch;
    this.revision = revision;
    this.cursor = formatCursor({ epoch, revision });
    this.etag = `"${this.cursor}"`;
    this.about = about;
  }

  /** Between two changes of anything it is the very same. */
  answer(viewRevision: number): HttpAnswer {
    if (this.#answer !== null && this.#answerAt === viewRevision) return this.#answer;
    const own = ['content-type', 'application/json', 'content-length', String(this.body.length)];
    this.#answerAt = viewRevision;
    this.#answer = { status: 200, headers: [...readHeaders(this.etag, viewRevision), ...own], body: this.body, complete: true };
    return this.#answer;
  }
}

/** Of every answer to a read. May be kept, if it is asked for again with its ETag. */
export function readHeaders(etag: string, viewRevision: number): readonly string[] {
  return ['etag', etag, 'rollcall-revision', String(viewRevision), 'cache-control', 'no-cache'];
}

export class Answers {
  readonly #view: CatalogView;
  readonly #cache: AnswerCache;
  readonly #fragments: Fragments;

  constructor({ view, cache, fragments }: AnswersOptions) {
    this.#view = view;
    this.#cache = cache;
    this.#fragments = fragments;
  }

  /**
   * Lying ready under this address for this caller, and still true. What is said of one service is the same for all who
   * may read it; a list of several is kept for each scope by itself.
   */
  ready(url: string, caller: Caller): ReadAnswer | null {
    const { read } = caller.may;
    if (read.isEverything) return this.#ready(url, caller);
    const { namespace, service } = this.#kept(url)?.about ?? ofNobody;
    if (service === null) return this.#ready(`${read.key}${url}`, caller);
    return read.covers(namespace, service) ? this.#ready(url, caller) : null;
  }

  #ready(key: string, caller: Caller): ReadAnswer | null {
    const answer = this.#kept(key);
    if (answer === null || this.#isCurrent(answer, caller)) return answer;
    this.#cache.expire(key);
    return null;
  }

  #kept(key: string): ReadAnswer | null {
    const answer = this.#cache.get(key);
    return answer instanceof ReadAnswer ? answer : null;
  }

  /** `url`: what it is kept under. */
  service(question: ServiceQuestion, caller: Caller, url: string): ReadAnswer {
    const { namespace, service } = question;
    // What is kept is for all who may read it, so it must have been rendered for one of them.
    demandRight(caller, 'read', question);
    return (
      this.ready(url, caller) ?? this.#keep(url, { namespace, service }, caller, this.#renderService(question, caller), plainUrl(service))
    );
  }

  services(namespace: Namespace, caller: Caller, url: string): ReadAnswer {
    const ready = this.ready(url, caller);
    if (ready !== null) return ready;
    const body = JSON.stringify({ revision: this.#view.revision, services: this.#view.services(namespace, caller) });
    // A scope's key begins as no address does; that of everything is empty.
    const { key } = caller.may.read;
    return this.#keep(`${key}${url}`, { namespace, service: null }, caller, Buffer.from(`${body}\n`), `${key}${SERVICES_URL}`);
  }

  /** A service that nobody knows is one without instances: whoever asks may have come first. */
  content({ namespace, service, query }: ServiceQuestion, caller: Caller): ServiceContent {
    const { instances, panic } = select(this.#view, { namespace, service }, query, caller);
    const name = spelling(this.#view.instances(namespace, service, caller)) ?? service;
    return { service: name, revision: this.revisionOf({ namespace, service }, caller), panic, instances };
  }

  revisionOf({ namespace, service }: Subject, caller: Caller): number {
    return service === null ? this.#view.revision : this.#view.serviceRevision(namespace, service, caller);
  }

  /** The same for every question about the same: what a filter leaves of it only changes when it does. */
  etagOf(about: Subject, caller: Caller): string {
    return `"${formatCursor({ epoch: this.#view.epoch, revision: this.revisionOf(about, caller) })}"`;
  }

  /** Nothing that a reader of this could see has happened since: also for the ids of streams, which move on with the log. */
  isUnchangedSince(text: string, about: Subject, caller: Caller): boolean {
    const cursor = parseCursor(text);
    if (cursor === null || cursor.epoch !== this.#view.epoch || cursor.revision > this.#view.revision) return false;
    return cursor.revision >= this.revisionOf(about, caller);
  }

  #renderService(question: ServiceQuestion, caller: Caller): Buffer {
    return joined([...renderService(this.content(question, caller), this.#fragments), '\n']);
  }

  /** What many ask, under the plainest address, is kept at once; anything else when it is asked for again. */
  #keep(url: string, about: Subject, caller: Caller, body: Buffer, plainest: string): ReadAnswer {
    const answer = new ReadAnswer(this.#view.epoch, this.revisionOf(about, caller), about, body);
    if (url === plainest) this.#cache.put(url, answer);
    else this.#cache.putIfAskedTwice(url, answer);
    return answer;
  }

  #isCurrent({ epoch, revision, about }: ReadAnswer, caller: Caller): boolean {
    return epoch === this.#view.epoch && revision === this.revisionOf(about, caller);
  }
}

const SERVICES_URL = '/services';

const ofNobody: Subject = { namespace: Namespace.default, service: null };

function plainUrl(service: ServiceName): string {
  return `/services/${service}/instances`;
}
