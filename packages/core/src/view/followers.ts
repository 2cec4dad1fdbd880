/**
 * Who is told what. Each follower is found by the services that changed, so that a change costs what those cost whom
 * it concerns, however many others there are.
 */
import type { Interest } from '../face.js';
import type { ChangeBatch, FeedListener, ServiceChange } from './feed.js';
import { batchOf, beginsAsWished, textOf, wishedOf, wishOf, type Wish } from './interests.js';
import type { Namespace } from '../catalog/names.js';

interface Follower {
  readonly listener: FeedListener;
  /** What the view showed when it began: nothing up to here is told. */
  readonly sinceRevision: number;
  /** `null`: everything, machines too. */
  readonly wish: Wish | null;
}

export class Followers {
  readonly #all = new Set<Follower>();
  readonly #ofEverything = new Set<Follower>();
  /** Those who named services, under each of them. */
  readonly #ofService = new Map<string, Set<Follower>>();
  /** Those who named how a service begins. */
  readonly #ofBeginning = new Map<Namespace, Set<Follower>>();

  /** The answer ends it. */
  follow(listener: FeedListener, interest: Interest | undefined, sinceRevision: number): () => void {
    const wish = interest === undefined ? null : wishOf(interest);
    const follower: Follower = { listener, sinceRevision, wish };
    const leaves = [join(this.#all, follower)];
    if (wish === null) leaves.push(join(this.#ofEverything, follower));
    else {
      for (const service of wish.services) leaves.push(joinIn(this.#ofService, service, follower));
      if (wish.prefix !== null) leaves.push(joinIn(this.#ofBeginning, wish.namespace, follower));
    }
    return () => leaves.forEach((leave) => leave());
  }

  tell(batch: ChangeBatch): void {
    for (const follower of this.#ofEverything) tellOne(follower, batch);
    if (this.#ofService.size + this.#ofBeginning.size === 0) return;
    const wishes = new Set<Follower>();
    for (const change of batch.services) this.#tellOfService(batch, change, wishes);
    for (const follower of wishes) {
      const own = follower.wish && wishedOf(batch, follower.wish);
      // Whoever was told before may have ended this one.
      if (own !== null && this.#all.has(follower)) tellOne(follower, own);
    }
  }

  reset(): void {
    // Whoever is told may begin anew, which is not to be told again.
    const all = [...this.#all];
    for (const { listener } of all) listener.reset();
  }

  stale(sinceMs: number | null): void {
    for (const { listener } of this.#all) listener.stale?.(sinceMs);
  }

  /** Tells those who follow only this service, and collects the others. */
  #tellOfService(batch: ChangeBatch, change: ServiceChange, wishes: Set<Follower>): void {
    const own = batchOf(batch, [change]);
    for (const follower of this.#ofService.get(textOf(change)) ?? []) {
      if (follower.wish?.services.size === 1 && follower.wish.prefix === null) tellOne(follower, own);
      else wishes.add(follower);
    }
    for (const follower of this.#ofBeginning.get(change.namespace) ?? []) {
      if (follower.wish !== null && beginsAsWished(follower.wish, change)) wishes.add(follower);
    }
  }
}

function tellOne({ listener, sinceRevision }: Follower, batch: ChangeBatch): void {
  if (batch.revision > sinceRevision) listener.changed(batch);
}

function join(followers: Set<Follower>, follower: Follower): () => void {
  followers.add(follower);
  return () => void followers.delete(follower);
}

function joinIn<Key>(groups: Map<Key, Set<Follower>>, key: Key, follower: Follower): () => void {
  const group = groups.get(key) ?? new Set<Follower>();
  groups.set(key, group.add(follower));
  return () => {
    if (group.delete(follower) && group.size === 0) groups.delete(key);
  };
}
