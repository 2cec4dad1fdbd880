/**
 * Which of the endpoints leads the cluster: leases that are kept there are kept at once, elsewhere they are passed on to it. Each
 * endpoint says who it is and who leads; nobody is asked whom the operator did not name.
 */
import type { Clock } from '@rollcall/core';
import type { EtcdStatus } from '@rollcall/wire';

/** A leader stays for days; after a change the others pass on what they are asked. */
const KNOWN_FOR_MS = 10_000;

export class Leader {
  readonly #clock: Clock;
  readonly #endpoints: readonly number[];
  readonly #statusOf: (endpoint: number) => Promise<EtcdStatus>;
  #known: Promise<number | null> | null = null;
  #knownUntilMs = 0;

  constructor(clock: Clock, endpoints: number, statusOf: (endpoint: number) => Promise<EtcdStatus>) {
    this.#clock = clock;
    this.#endpoints = Array.from({ length: endpoints }, (_, at) => at);
    this.#statusOf = statusOf;
  }

  /** `null`: none of them, or nobody knows. Settles when it is found, or each has answered or failed to. */
  find(): Promise<number | null> {
    // One endpoint is all there is, whoever stands behind it.
    if (this.#endpoints.length === 1) return Promise.resolve(null);
    const nowMs = this.#clock.monotonicMs();
    if (this.#known === null || nowMs >= this.#knownUntilMs) {
      this.#known = this.#ask();
      this.#knownUntilMs = nowMs + KNOWN_FOR_MS;
    }
    return this.#known;
  }

  /** It did not answer, or there is another one. */
  forget(): void {
    this.#known = null;
  }

  async #ask(): Promise<number | null> {
    const asked = this.#endpoints.map(async (endpoint) => {
      const { header, leader } = await this.#statusOf(endpoint);
      if (leader === 0n || header.memberId !== leader) throw new Error('Another one leads.');
      return endpoint;
    });
    return Promise.any(asked).catch(() => null);
  }
}
