/** One stream, and the views that it tells; or, where streams do not get through, the same by asking again and again. */
import { backoffMs } from '../backoff.js';
import type { Clock, Random } from '../ports.js';
import type { RegistryClient } from '../registry-client.js';
import { RegistryProblem } from '../registry-problem.js';
import type { Instance, InstanceRef } from '../shapes.js';
import { sleep } from '../sleep.js';
import { Unanswered, type UnansweredReason } from '../unanswered.js';
import type { WatchEvent, WatchQuestion, WatchState } from '../watch-question.js';
import { Contact } from './contact.js';
import type { Streamed } from './feed-plan.js';
import { pollViews } from './polling.js';
import { positionOf } from './position.js';
import type { View } from './view.js';
import { Way } from './way.js';
import { foldedName } from './wish.js';

/** What was refused for good is asked again so often: somebody may have changed a rule, or a token. */
const REFUSED_MS = 30_000;

export interface FeedSurroundings {
  readonly client: Pick<RegistryClient, 'watch' | 'instances'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Something does not work. Told once for all the views of a feed; `service` where there is one only. */
  readonly trouble: (error: Error, retryInMs: number | null, service: string | undefined) => void;
}

export interface FeedEvents {
  /** From now on this feed tells that view: whoever told it before can stop. */
  taken(feed: Feed, view: View): void;
  /** One of several services is refused, and with it all the others: they are better asked for apart. */
  refused(feed: Feed): void;
}

export class Feed implements Streamed {
  readonly asked: readonly string[];
  /** It takes no part in merging: one of its services was refused together with others. */
  readonly isApart: boolean;
  readonly contact: Contact;
  readonly #views = new Map<string, View>();
  readonly #surroundings: FeedSurroundings;
  readonly #events: FeedEvents;
  readonly #stop = new AbortController();
  readonly #way = new Way();
  /** Something was heard by this connection. */
  #isHeard = false;

  /** All the views ask the same of their services. Those that another feed tells stay with it until this one has told them. */
  constructor(views: readonly View[], isApart: boolean, surroundings: FeedSurroundings, events: FeedEvents) {
    for (const view of views) this.#views.set(foldedName(view.question.service), view);
    this.asked = views.map(({ question }) => question.service);
    this.isApart = isApart;
    this.contact = new Contact(surroundings.clock);
    this.#surroundings = surroundings;
    this.#events = events;
  }

  get views(): readonly View[] {
    return [...this.#views.values()];
  }

  get wanted(): readonly string[] {
    return this.views.map(({ question }) => question.service);
  }

  /** It tells all of its views. */
  get isSettled(): boolean {
    return this.#own.length === this.#views.size;
  }

  start(): void {
    void this.#run();
  }

  /** Nobody wants it any more, or another feed tells it from now on. */
  release(view: View): void {
    const name = foldedName(view.question.service);
    if (this.#views.get(name) === view) this.#views.delete(name);
    if (this.#views.size === 0) this.close();
  }

  close(): void {
    this.#stop.abort();
    this.#views.clear();
  }

  get #own(): readonly View[] {
    return this.views.filter(({ contact }) => contact === this.contact);
  }

  async #run(): Promise<void> {
    const { clock } = this.#surroundings;
    while (!this.#stop.signal.aborted) {
      try {
        await (this.#way.isStream(clock.monotonicMs()) ? this.#stream() : this.#poll());
      } catch (error) {
        await this.#refused(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  async #stream(): Promise<void> {
    const { client } = this.#surroundings;
    const giveUp = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, giveUp.signal]);
    const onState = (state: WatchState): void => this.#turned(state, giveUp);
    const onStale = (ageSeconds: number): void => this.#stale(ageSeconds);
    const { question, namespace } = this.#question();
    const events = client.watch(question, { namespace, signal, onState, onStale, onHeard: () => this.#heard() });
    for await (const event of events) this.#told(event);
  }

  #poll(): Promise<void> {
    const { clock } = this.#surroundings;
    this.contact.begin();
    return pollViews(this.#surroundings, this.#stop.signal, {
      views: () => this.views,
      isOver: () => this.#way.isStream(clock.monotonicMs()),
      answered: (view, answer, ageMs) => {
        this.#way.polled(true);
        this.#take(view);
        view.answered(answer, ageMs);
      },
      failed: (view, error, retryInMs) => {
        this.#way.polled(false);
        this.#surroundings.trouble(error, retryInMs, view.question.service);
        if (view.contact !== this.contact) return;
        if (isForGood(error)) view.refused(error);
        else view.away(error);
      },
    });
  }

  #turned(state: WatchState, giveUp: AbortController): void {
    const nowMs = this.#surroundings.clock.monotonicMs();
    const wasHeard = this.#isHeard;
    this.#isHeard = false;
    if (state.state === 'connected') {
      this.contact.begin();
      this.#way.connected(nowMs);
      return;
    }
    const { because, retryInMs } = state;
    this.#way.streamEnded(isMute(because, wasHeard), nowMs);
    if (!this.#way.isStream(nowMs)) giveUp.abort();
    this.#troubled(because, retryInMs);
    for (const view of this.#own) view.away(because);
  }

  #heard(): void {
    this.contact.heard();
    this.#way.heard(this.#surroundings.clock.monotonicMs());
    if (this.#isHeard) return;
    this.#isHeard = true;
    for (const view of this.#own) view.heard(this.contact.ageMs);
  }

  #stale(ageSeconds: number): void {
    this.contact.stale(ageSeconds);
    for (const view of this.#own) view.heard(this.contact.ageMs);
  }

  #told(event: WatchEvent): void {
    // What was told before is the best there is until the snapshot comes that follows.
    if (event.event === 'resync') return;
    const position = positionOf(event.cursor, event.revision);
    if (event.event === 'change') return this.#changed(event, position);
    for (const { service, instances } of event.services) {
      const view = this.#views.get(foldedName(service));
      if (view === undefined) continue;
      this.#take(view);
      view.answered({ position, instances }, this.contact.ageMs);
    }
  }

  #changed({ upserts, removes }: WatchEvent & { readonly event: 'change' }, position: ReturnType<typeof positionOf>): void {
    const touched = new Map<string, { readonly upserts: Instance[]; readonly removes: InstanceRef[] }>();
    const of = (service: string): { readonly upserts: Instance[]; readonly removes: InstanceRef[] } => {
      const name = foldedName(service);
      const found = touched.get(name) ?? { upserts: [], removes: [] };
      touched.set(name, found);
      return found;
    };
    for (const one of upserts) of(one.service).upserts.push(one);
    for (const one of removes) of(one.service).removes.push(one);
    for (const view of this.#own) {
      const mine = touched.get(foldedName(view.question.service));
      if (mine === undefined) view.reached(position);
      else view.changed({ position, ...mine }, this.contact.ageMs);
    }
  }

  #take(view: View): void {
    if (view.contact === this.contact) return;
    view.contact = this.contact;
    this.#events.taken(this, view);
  }

  /** For good, as it seems. */
  async #refused(error: Error): Promise<void> {
    const { clock, random } = this.#surroundings;
    if (this.#stop.signal.aborted) return;
    if (this.#views.size > 1 && isAboutOne(error)) {
      this.#events.refused(this);
      return;
    }
    if (isMute(error, false)) return this.#unheard(error);
    const retryInMs = REFUSED_MS * (1 + random.number());
    this.#troubled(error, retryInMs);
    for (const view of this.#own) view.refused(error);
    await sleep(clock, retryInMs, this.#stop.signal);
  }

  /** Something answers, but not with a stream: perhaps it does where one only asks. */
  async #unheard(error: Error): Promise<void> {
    const { clock, random } = this.#surroundings;
    this.#way.streamEnded(true, clock.monotonicMs());
    if (!this.#way.isStream(clock.monotonicMs())) return;
    const retryInMs = backoffMs({ times: 1 }, random);
    this.#troubled(error, retryInMs);
    for (const view of this.#own) view.away(error);
    await sleep(clock, retryInMs, this.#stop.signal);
  }

  #troubled(error: Error, retryInMs: number): void {
    const [only, ...others] = this.wanted;
    this.#surroundings.trouble(error, retryInMs, others.length === 0 ? only : undefined);
  }

  #question(): { readonly question: WatchQuestion; readonly namespace: string } {
    const [first, ...others] = this.views;
    const { namespace = '', filters = {}, service = '' } = first?.question ?? {};
    const question: WatchQuestion = others.length === 0 ? { ...filters, service } : { ...filters, services: this.wanted };
    return { question, namespace };
  }
}

/** Somebody is there, but nothing comes by a stream, or something that is none: a proxy may be the reason. */
function isMute(error: Error, wasHeard: boolean): boolean {
  if (!(error instanceof Unanswered)) return false;
  return muteReasons.has(error.reason) || (error.reason === 'broken' && !wasHeard);
}

const muteReasons: ReadonlySet<UnansweredReason> = new Set(['silent', 'timeout', 'not-a-registry']);

/** It does not get better by asking again soon. */
function isForGood(error: Error): boolean {
  return isAboutOne(error) || (error instanceof Unanswered && !error.retryable);
}

/** Of several that are asked for together, one is the reason. */
function isAboutOne(error: Error): boolean {
  return error instanceof RegistryProblem && error.status < 500;
}
