/** Beginning, renewing and ending sessions. */
import { isRollcallError, NO_LEASE, singleKey, type LeaseId, type Store } from '@rollcall/core';
import { shelfKey } from '../keyspace/keys.js';
import type { Keyspace, Session } from '../keyspace/keyspace.js';
import { encodeJson, type SessionRecord } from '../keyspace/records.js';
import type { KeyspaceWriter } from '../keyspace/writer.js';
import { nextEndStep } from './end.js';
import { livesMs } from './rules.js';

export interface SessionsOptions {
  readonly store: Pick<Store, 'grantLease' | 'keepLease' | 'revokeLease'>;
  readonly keyspace: Keyspace;
  readonly writer: KeyspaceWriter;
  readonly newId: () => string;
}

/** How one ends that nobody remembers: by Consul's defaults. */
const usual: Pick<SessionRecord, 'behavior' | 'lockDelayMs'> = { behavior: 'release', lockDelayMs: 15_000 };

export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async begin(record: SessionRecord): Promise<string> {
    const { store, writer, newId } = this.#options;
    const id = newId();
    const ttlMs = livesMs(record);
    const lease = ttlMs === null ? NO_LEASE : (await store.grantLease({ ttlMs })).id;
    try {
      await writer.write(`sessions/${id}`, () => ({
        when: [{ range: singleKey(shelfKey('sessions', id)), target: 'version', is: '=', operand: 0 }],
        then: [{ type: 'put', key: shelfKey('sessions', id), value: encodeJson(record), ...(lease === NO_LEASE ? {} : { lease }) }],
        answer: () => null,
      }));
    } catch (error) {
      if (lease !== NO_LEASE) await store.revokeLease(lease).catch(() => undefined);
      throw error;
    }
    return id;
  }

  /** `undefined` for one that is not there, or no more. */
  async renew(id: string): Promise<Session | undefined> {
    const { store, keyspace } = this.#options;
    const session = keyspace.sessions.get(id);
    if (session === undefined || session.lease === NO_LEASE) return session;
    try {
      await store.keepLease(session.lease);
      return session;
    } catch (error) {
      if (isRollcallError(error, 'lease-not-found')) return undefined;
      throw error;
    }
  }

  /** With all that it holds, and all that hangs on it. Of one that is no more, what it left behind. */
  async end(id: string): Promise<void> {
    const { keyspace, writer, store } = this.#options;
    const { behavior, lockDelayMs } = keyspace.sessions.get(id) ?? keyspace.ended.get(id) ?? usual;
    const own = keyspace.sessions.get(id)?.lease ?? NO_LEASE;
    let delayLease: LeaseId | null = null;
    for (let more = true; more;) {
      // Granted only where there is something to mark, and once for all of it.
      if (delayLease === null && lockDelayMs > 0 && keyspace.kv.heldBy(id).length > 0)
        delayLease = (await store.grantLease({ ttlMs: lockDelayMs })).id;
      more = await writer.write(`sessions/${id}`, () => {
        const step = nextEndStep(keyspace, { session: id, behavior, delayLease });
        return { when: step?.when ?? [], then: step?.then ?? [], answer: () => step?.more === true };
      });
    }
    if (own !== NO_LEASE) await store.revokeLease(own).catch(() => undefined);
  }

  /** Those who hold something and are no more. */
  *left(): Generator<string> {
    const { keyspace } = this.#options;
    for (const holder of keyspace.kv.holders()) if (!keyspace.sessions.has(holder)) yield holder;
    for (const { session } of keyspace.queries.values()) if (session !== '' && !keyspace.sessions.has(session)) yield session;
  }

  /** Lets go of what this key's holder holds, if that holder is no more. */
  async settleHolder(key: string): Promise<void> {
    const { keyspace } = this.#options;
    const holder = keyspace.kv.get(key)?.session ?? null;
    if (holder !== null && !keyspace.sessions.has(holder)) await this.end(holder);
  }
}
