/**
 * The same engine, restarted between writing and reading: whatever a law reads has been through a close and an
 * open. Not while somebody watches or something is under way, since that would not survive, nor is meant to.
 */
import type { Store, Watch, WatchRequest, WatchSink } from '@rollcall/core';
import type { StoreHarness, StoreUnderTest } from './harness.js';

export function afterRestart(harness: StoreHarness): StoreHarness {
  return { ...harness, name: `${harness.name}, after restarts`, create: async () => restarting(await harness.create()) };
}

function restarting(inner: StoreUnderTest): StoreUnderTest {
  const store = new RestartingStore(inner);
  const { reopen, sleep } = inner;
  if (reopen === undefined) throw new Error('What cannot be reopened cannot be read after a restart.');
  return {
    store,
    advance: (ms) => inner.advance(ms),
    destroy: () => inner.destroy(),
    reopen: () => reopen.call(inner),
    ...(sleep === undefined ? {} : { sleep: (ms: number) => sleep.call(inner, ms) }),
  };
}

class RestartingStore implements Store {
  readonly #under: StoreUnderTest;
  #writtenSince = false;
  #underWay = 0;
  #watching = 0;
  #closed = false;
  #restart: Promise<void> | null = null;

  constructor(under: StoreUnderTest) {
    this.#under = under;
  }

  readonly range: Store['range'] = async (request, options) => {
    await this.#restartIfWritten();
    return this.#call(() => this.#under.store.range(request, options));
  };

  readonly commit: Store['commit'] = (commit, options) => this.#write(() => this.#under.store.commit(commit, options));
  readonly compact: Store['compact'] = (revision) => this.#write(() => this.#under.store.compact(revision));
  readonly grantLease: Store['grantLease'] = (request) => this.#write(() => this.#under.store.grantLease(request));
  readonly revokeLease: Store['revokeLease'] = (id) => this.#write(() => this.#under.store.revokeLease(id));
  readonly keepLease: Store['keepLease'] = (id) => this.#call(() => this.#under.store.keepLease(id));
  readonly lease: Store['lease'] = (id) => this.#call(() => this.#under.store.lease(id));
  readonly leases: Store['leases'] = () => this.#call(() => this.#under.store.leases());
  readonly status: Store['status'] = () => this.#call(() => this.#under.store.status());

  watch(request: WatchRequest, sink: WatchSink): Watch {
    const watch = this.#under.store.watch(request, {
      next: (batch) => sink.next(batch),
      ended: (reason) => {
        this.#watching--;
        sink.ended(reason);
      },
    });
    this.#watching++;
    return watch;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#restart;
    await this.#under.store.close();
  }

  async #restartIfWritten(): Promise<void> {
    await this.#restart;
    if (!this.#writtenSince || this.#underWay > 0 || this.#watching > 0 || this.#closed) return;
    this.#writtenSince = false;
    this.#restart = this.#reopen();
    await this.#restart;
  }

  async #reopen(): Promise<void> {
    try {
      await this.#under.reopen?.();
    } finally {
      this.#restart = null;
    }
  }

  #write<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    this.#writtenSince = true;
    return this.#call(ask);
  }

  /** Calls that come during a restart wait for it, as those of a client would. */
  async #call<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    while (this.#restart !== null) await this.#restart;
    this.#underWay++;
    try {
      return await ask();
    } finally {
      this.#underWay--;
    }
  }
}
