/** All the feeds of a process: who shares one, and when several are replaced by one. What is decided stands in feed-plan.ts. */
import { Feed, type FeedEvents, type FeedSurroundings } from './feed.js';
import { shared, toReplace } from './feed-plan.js';
import type { View } from './view.js';
import { groupKey } from './wish.js';

export class Feeds {
  readonly #surroundings: FeedSurroundings;
  /** Of those who ask the same of different services. */
  readonly #groups = new Map<string, Set<Feed>>();
  readonly #tellers = new Map<View, Feed>();
  /** Until all of their views are told by those in their place. */
  readonly #replaced = new WeakSet<Feed>();
  #waiting = new Set<View>();

  constructor(surroundings: FeedSurroundings) {
    this.#surroundings = surroundings;
  }

  /** How many streams there are, those included that are just being replaced. */
  get size(): number {
    return [...this.#groups.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Those that are asked for in one go begin together. */
  want(view: View): void {
    if (this.#waiting.size === 0) queueMicrotask(() => this.#begin());
    this.#waiting.add(view);
  }

  drop(view: View): void {
    this.#waiting.delete(view);
    this.#tellers.delete(view);
    const group = this.#groups.get(groupKey(view.question)) ?? new Set();
    for (const feed of group) feed.release(view);
    this.#tidy(groupKey(view.question));
  }

  close(): void {
    for (const feeds of this.#groups.values()) for (const feed of feeds) feed.close();
    this.#groups.clear();
    this.#tellers.clear();
    this.#waiting.clear();
  }

  #begin(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    const byGroup = new Map<string, View[]>();
    for (const view of waiting) {
      const key = groupKey(view.question);
      byGroup.set(key, [...(byGroup.get(key) ?? []), view]);
    }
    for (const [key, views] of byGroup) {
      this.#open(key, views, false);
      this.#tidy(key);
    }
  }

  #open(key: string, views: readonly View[], isApart: boolean): void {
    const group = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, group);
    const events: FeedEvents = {
      taken: (feed, view) => this.#taken(key, feed, view),
      refused: (feed) => this.#takeApart(key, feed),
    };
    for (const some of shared(views, ({ question }) => question.service)) {
      const feed = new Feed(some, isApart, this.#surroundings, events);
      for (const view of some) {
        if (view.contact !== null) continue;
        view.contact = feed.contact;
        this.#tellers.set(view, feed);
      }
      group.add(feed);
      feed.start();
    }
  }

  #taken(key: string, feed: Feed, view: View): void {
    const before = this.#tellers.get(view);
    this.#tellers.set(view, feed);
    if (before !== feed) before?.release(view);
    if (feed.isSettled) this.#tidy(key);
  }

  /** Halves, until the one that is refused is alone. */
  #takeApart(key: string, feed: Feed): void {
    const { views } = feed;
    for (const view of views) {
      if (view.contact !== feed.contact) continue;
      view.contact = null;
      this.#tellers.delete(view);
    }
    feed.close();
    const middle = Math.ceil(views.length / 2);
    this.#open(key, views.slice(0, middle), true);
    this.#open(key, views.slice(middle), true);
    this.#tidy(key);
  }

  /** Forgets feeds that tell nobody any more, and replaces those that are better replaced. */
  #tidy(key: string): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    for (const feed of group) if (feed.views.length === 0) group.delete(feed);
    if (group.size === 0) return void this.#groups.delete(key);
    const settled = [...group].filter((feed) => feed.isSettled && !feed.isApart && !this.#replaced.has(feed));
    const replaced = toReplace(settled);
    for (const feed of replaced) this.#replaced.add(feed);
    if (replaced.length > 0)
      this.#open(
        key,
        replaced.flatMap(({ views }) => views),
        false,
      );
  }
}
