/**
 * One answer about all of the catalog, for all who ask for it. It may take long to make: then it is made in slices, and shown as of the
 * moment at which that began; what moved meanwhile is shown again, so that nobody who waits misses it.
 */
import type { Clock } from '@rollcall/core';
import type { CatalogIndexes } from './indexes.js';
import type { Subject } from './answers.js';
import { atOnce, inSlices, type Making } from './making.js';

export interface SlicedOptions {
  readonly subject: Subject;
  readonly catalog: Pick<CatalogIndexes, 'listen'>;
  readonly clock: Clock;
  readonly make: () => Making<Buffer>;
  /** One at a time of all such answers: many at once would be long turns again. */
  readonly inTurn: <Made>(work: () => Promise<Made>) => Promise<Made>;
}

interface Made {
  /** Nothing that moved before is missing. */
  readonly revision: number;
  readonly body: Buffer;
}

/** Whatever takes less is made at once, whenever it is asked for. */
const SHORT_MS = 5;

/** For each millisecond that it took to make comes so much rest, before it is made again for those who wait. */
const REST_PER_MS = 10;

export class SlicedAnswer {
  readonly #options: SlicedOptions;
  readonly #waiting = new Set<() => void>();
  #made: Made | null = null;
  #making: { readonly revision: number; readonly made: Promise<Made> } | null = null;
  #tookMs = Infinity;
  #restUntilMs = -Infinity;
  #isScheduled = false;
  #cancel: () => void = () => undefined;
  #unlisten: () => void = () => undefined;

  constructor(options: SlicedOptions) {
    this.#options = options;
  }

  /** Somebody waits for it, or for what it will be. */
  get isWanted(): boolean {
    return this.#waiting.size > 0 || this.#making !== null;
  }

  get revision(): number {
    return this.#isShort ? this.#options.subject.revision() : (this.#made?.revision ?? 0);
  }

  /** As it is now, where that is quickly said; otherwise as it was made last. */
  get body(): Buffer {
    const { subject, make } = this.#options;
    const revision = subject.revision();
    if (this.#made === null || (this.#isShort && this.#made.revision !== revision)) this.#made = { revision, body: atOnce(make()) };
    return this.#made.body;
  }

  /** It was made already. */
  take(made: Made): void {
    this.#made = { revision: made.revision, body: made.body };
  }

  /** Settles when it shows at least this moment. */
  async fresh(): Promise<Made> {
    const revision = this.#options.subject.revision();
    if (this.#isShort) return { revision, body: this.body };
    if (this.#made?.revision === revision) return this.#made;
    if (this.#making?.revision === revision) return this.#making.made;
    return this.#make();
  }

  listen(moved: () => void): () => void {
    const { catalog, subject } = this.#options;
    const told = (): void => moved();
    this.#waiting.add(told);
    if (this.#waiting.size === 1) this.#unlisten = catalog.listen(subject.about, () => this.#moved());
    return () => {
      if (!this.#waiting.delete(told) || this.#waiting.size > 0) return;
      this.#unlisten();
      this.#cancel();
      this.#isScheduled = false;
    };
  }

  get #isShort(): boolean {
    return this.#tookMs < SHORT_MS;
  }

  #moved(): void {
    if (this.#isShort) return this.#tell();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const { clock } = this.#options;
    this.#cancel = clock.after(Math.max(0, this.#restUntilMs - clock.monotonicMs()), () => void this.#makeAgain());
  }

  async #makeAgain(): Promise<void> {
    await this.#make().catch(() => undefined);
    if (!this.#isScheduled) return;
    this.#isScheduled = false;
    this.#tell();
    if (this.#made?.revision !== this.#options.subject.revision()) this.#moved();
  }

  #tell(): void {
    for (const told of this.#waiting) told();
  }

  #make(): Promise<Made> {
    const { subject, inTurn } = this.#options;
    const made = inTurn(async () => {
      const revision = subject.revision();
      if (this.#making?.made === made) this.#making = { revision, made };
      return this.#sliced(revision);
    });
    this.#making = { revision: subject.revision(), made };
    const end = (): void => {
      if (this.#making?.made === made) this.#making = null;
    };
    made.then(end, end);
    return made;
  }

  /** How long it took is counted without the turns of others. */
  async #sliced(revision: number): Promise<Made> {
    const { clock, make } = this.#options;
    let tookMs = 0;
    const timed = function* (making: Making<Buffer>): Making<Buffer> {
      for (;;) {
        const beganMs = clock.monotonicMs();
        const step = making.next();
        tookMs += clock.monotonicMs() - beganMs;
        if (step.done === true) return step.value;
        yield;
      }
    };
    const made = { revision, body: await inSlices(timed(make()), clock) };
    this.#tookMs = tookMs;
    this.#restUntilMs = clock.monotonicMs() + tookMs * REST_PER_MS;
    this.#made = made;
    return made;
  }
}
