/**
 * Ends the sessions whose node or check is no longer well, and lets go of what sessions held that ended because nobody renewed them.
 * Every node has one, and looks after its share; what the others have not done after a while, each does itself. Should two of them
 * do the same, whoever is second finds nothing to do.
 */
import type { Clock, Log } from '@rollcall/core';
import type { Keyspace, Session } from '../keyspace/keyspace.js';
import type { Sessions } from './registry.js';
import { faultOf, type Standing } from './standing.js';

export interface KeeperOptions {
  readonly keyspace: Keyspace;
  readonly sessions: Pick<Sessions, 'end' | 'left'>;
  readonly standing: Standing;
  /** Whether this is of this node's share; `text` names what it is about. */
  readonly isOurs: (text: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long it is left to whoever has the duty: longer than a node takes to be missed. */
const OTHERS_MS = 15_000;

/** What could not be done (the log was away) is tried again, and what others left undone is found. */
const LOOK_MS = 5000;

/** What happens within so much is looked at together. */
const GATHER_MS = 10;

export class SessionKeeper {
  readonly #options: KeeperOptions;
  /** Since when each is seen that should end. */
  readonly #dueSinceMs = new Map<string, number>();
  readonly #ending = new Map<string, Promise<void>>();
  #leaves: readonly (() => void)[] = [];
  #cancel: () => void = () => undefined;
  #soon = false;
  /** The nodes whose sessions are to be looked at next; `null` for all. */
  #moved: Set<string> | null = null;
  #closed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  start(): void {
    const { keyspace, standing } = this.#options;
    this.#leaves = [
      // Those that ended have left something behind, perhaps; those that began may hang on what fell ill meanwhile.
      keyspace.listen({ shelf: 'sessions' }, () => this.#lookAtAllSoon()),
      keyspace.listen({ shelf: 'queries' }, () => this.#lookSoon()),
      standing.follow((node) => this.#nodeMoved(node)),
    ];
    this.#look();
  }

  /** Settles when nothing of it is on its way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    for (const leave of this.#leaves) leave();
    await Promise.all(this.#ending.values());
  }

  #nodeMoved(node: string | null): void {
    if (node === null) return this.#lookAtAllSoon();
    this.#moved?.add(node);
    this.#lookSoon();
  }

  #lookAtAllSoon(): void {
    this.#moved = null;
    this.#lookSoon();
  }

  /** Behind the changes of this moment, which are often many. */
  #lookSoon(): void {
    if (this.#soon || this.#closed) return;
    this.#soon = true;
    this.#cancel();
    this.#cancel = this.#options.clock.after(GATHER_MS, () => this.#look());
  }

  #look(): void {
    if (this.#closed) return;
    const { clock, isOurs } = this.#options;
    const nowMs = clock.monotonicMs();
    const due = this.#due(this.#soon ? this.#moved : null);
    this.#soon = false;
    this.#moved = new Set();
    for (const id of this.#dueSinceMs.keys()) if (!due.has(id)) this.#dueSinceMs.delete(id);
    for (const id of due) {
      const sinceMs = this.#dueSinceMs.get(id) ?? nowMs;
      this.#dueSinceMs.set(id, sinceMs);
      if (isOurs(`consul-session/${id}`) || nowMs - sinceMs >= OTHERS_MS) this.#end(id);
    }
    this.#cancel = clock.after(LOOK_MS, () => this.#look());
  }

  #due(nodes: ReadonlySet<string> | null): ReadonlySet<string> {
    const { keyspace, sessions, standing } = this.#options;
    const isUnwell = (session: Session): boolean => faultOf(session, standing) !== null;
    const looked = standing.isKnown() ? [...keyspace.sessions.values()].filter(({ node }) => nodes === null || nodes.has(node)) : [];
    return new Set([...sessions.left(), ...this.#dueSinceMs.keys(), ...looked.filter(isUnwell).map(({ id }) => id)].filter(isStill));

    function isStill(id: string): boolean {
      const session = keyspace.sessions.get(id);
      return session === undefined ? keyspace.kv.heldBy(id).length > 0 || hasQuery(id) : isUnwell(session);
    }

    function hasQuery(id: string): boolean {
      return [...keyspace.queries.values()].some(({ session }) => session === id);
    }
  }

  #end(id: string): void {
    if (this.#ending.has(id)) return;
    const { sessions, log } = this.#options;
    const ending = sessions
      .end(id)
      .catch((error: unknown) => log.warn('a session could not be ended; it is tried again', { session: id, reason: String(error) }))
      .finally(() => this.#ending.delete(id));
    this.#ending.set(id, ending);
  }
}
