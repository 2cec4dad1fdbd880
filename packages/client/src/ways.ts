/**
 * Where one registry can be asked, if it has several nodes: which of them is asked first. It stays with whoever answers, turns
 * away from whoever does not, and looks now and then whether its first choice, its home, is back, so that nodes that were
 * restarted one after the other do not leave all their callers with the one that was restarted first.
 */
import type { Clock, Random } from './ports.js';
import type { RegistryUrl } from './registry-url.js';

/** After leaving home it is looked at again so soon, and then twice as late each time: a restart takes seconds, a repair minutes. */
const LOOK_HOME_MS = 10_000;
const LOOK_HOME_MS_MAX = 300_000;

export interface WaysOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The first that is named is home. Otherwise one by chance, so that many callers are shared among the nodes. */
  readonly inOrder: boolean;
}

export class Ways {
  readonly #urls: readonly [RegistryUrl, ...RegistryUrl[]];
  readonly #options: WaysOptions;
  #at = 0;
  #lookHomeAtMs = Infinity;
  #lookHomeInMs: number = LOOK_HOME_MS;

  constructor(urls: readonly [RegistryUrl, ...RegistryUrl[]], options: WaysOptions) {
    const home = options.inOrder ? 0 : Math.floor(options.random.number() * urls.length);
    const turned = [...urls.slice(home), ...urls.slice(0, home)] as unknown as readonly [RegistryUrl, ...RegistryUrl[]];
    this.#urls = turned;
    this.#options = options;
  }

  get current(): RegistryUrl {
    return this.#urls[this.#at] ?? this.#urls[0];
  }

  get isHome(): boolean {
    return this.#at === 0;
  }

  /** In which order one call tries them. */
  get inOrder(): readonly RegistryUrl[] {
    return [...this.#urls.slice(this.#at), ...this.#urls.slice(0, this.#at)];
  }

  /** It did not answer, or sends its callers elsewhere: from now on the next one is asked first. Did that change anything? */
  left(url: RegistryUrl): boolean {
    if (url !== this.current || this.#urls.length === 1) return false;
    if (this.#at === 0) this.#lookHomeLater(LOOK_HOME_MS);
    this.#at = (this.#at + 1) % this.#urls.length;
    // It came round to home by itself, which is to be tried like any other.
    if (this.#at === 0) this.#lookHomeAtMs = Infinity;
    return true;
  }

  /** Home, if it is time to look whether it is back; each time is answered once. */
  homeToLookAt(): RegistryUrl | null {
    if (this.#options.clock.monotonicMs() < this.#lookHomeAtMs) return null;
    this.#lookHomeLater(Math.min(this.#lookHomeInMs * 2, LOOK_HOME_MS_MAX));
    return this.#urls[0];
  }

  /** It is back, and is asked first again. Did that change anything? */
  home(): boolean {
    if (this.#at === 0) return false;
    this.#at = 0;
    this.#lookHomeAtMs = Infinity;
    return true;
  }

  #lookHomeLater(inMs: number): void {
    const { clock, random } = this.#options;
    this.#lookHomeInMs = inMs;
    this.#lookHomeAtMs = clock.monotonicMs() + inMs * (1 + random.number() / 2);
  }
}
