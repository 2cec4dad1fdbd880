/**
 * The one view that all of a process share who want the same of a service: what is believed, how old it is, and how it stands
 * with the registry. What comes in comes from a feed; who listens are the `LiveService`s.
 */
import type { Clock } from '../ports.js';
import type { Instance } from '../shapes.js';
import { Belief, type Answer, type Difference, type Source } from './belief.js';
import type { Contact } from './contact.js';
import { Listeners } from './listeners.js';
import { closed, live, stale, starting, type LiveState, type LiveStateName } from './live-state.js';
import type { Position } from './position.js';
import type { Saved } from './saved-view.js';
import { questionKey, type Question } from './wish.js';

/** At the start so long is waited for the registry, before an older list is taken: at once if it says that it is away. */
const START_PATIENCE_MS = 1000;

export interface ViewSurroundings {
  readonly clock: Clock;
  /** What was kept of it in an earlier life, if anything was. */
  readonly load: (view: View) => Promise<Saved | undefined>;
  /** Something is worth keeping. */
  readonly save: (view: View) => void;
}

export class View {
  readonly question: Question;
  readonly key: string;
  readonly changes: Listeners<readonly Instance[]> = new Listeners<readonly Instance[]>();
  readonly states: Listeners<LiveState> = new Listeners<LiveState>();
  /** Told once, when it is known. */
  readonly known: Listeners<void> = new Listeners<void>();
  /** Of the feed that tells it at present; `null` until there is one. */
  contact: Contact | null = null;
  readonly #surroundings: ViewSurroundings;
  readonly #belief: Belief;
  #state: LiveState = starting;
  #asOfMs = -Infinity;
  #awaySinceMs: number | null = null;
  #fallback: readonly Instance[] | null = null;
  #saved: Saved | undefined;
  #isLoading = true;
  /** The registry has had its chance to be first. */
  #isLate = false;
  #cancelStart: () => void;
  #cancelDoubt: () => void = () => undefined;

  constructor(question: Question, surroundings: ViewSurroundings) {
    this.question = question;
    this.key = questionKey(question);
    this.#surroundings = surroundings;
    this.#belief = new Belief(question.filters.near);
    this.#cancelStart = surroundings.clock.after(START_PATIENCE_MS, () => {
      // Nor is a disk waited for that does not answer.
      this.#isLoading = false;
      this.#late();
    });
    void this.#load();
  }

  get current(): readonly Instance[] {
    return this.#belief.current;
  }

  get source(): Source | null {
    return this.#belief.source;
  }

  get state(): LiveState {
    return this.#state;
  }

  get position(): Position | null {
    return this.#belief.position;
  }

  get keptCount(): number {
    return this.#belief.keptCount;
  }

  /** How long ago what is shown was last confirmed; `Infinity` for what nobody ever confirmed. */
  get ageMs(): number {
    const asOfMs = this.source === 'registry' ? Math.max(this.#asOfMs, this.contact?.asOfMs ?? -Infinity) : this.#asOfMs;
    return Math.max(0, this.#now - asOfMs);
  }

  /** As of when it is, by the wall clock. */
  get asOfWallMs(): number {
    return this.#surroundings.clock.wallMs() - this.ageMs;
  }

  /** Addresses for as long as nobody ever said who there is. The first that are given count. */
  offerFallback(instances: readonly Instance[]): void {
    this.#fallback ??= instances;
    if (this.#isLate) this.#late();
  }

  /** All that the registry knows of it, which is as old as it says. */
  answered(answer: Answer, ageMs: number): void {
    this.#there(ageMs);
    this.#shown(() => this.#belief.answered(answer, this.#now));
  }

  changed(difference: Difference, ageMs: number): void {
    this.#there(ageMs);
    this.#shown(() => this.#belief.changed(difference));
  }

  /** Something happened elsewhere, and nothing here. */
  reached(position: Position): void {
    if (this.#belief.isLagging) this.#shown(() => this.#belief.reached(position));
  }

  /** The registry is heard again, or says how old its own view is. Whoever never heard of it before waits for its answer. */
  heard(ageMs: number): void {
    if (this.source === 'registry') this.#there(ageMs);
  }

  away(because: Error): void {
    this.#gone('away', because);
  }

  refused(because: Error): void {
    this.#gone('refused', because);
  }

  disbelieve(instance: Pick<Instance, 'id'>): void {
    this.#shown(() => this.#belief.disbelieve(instance));
  }

  /** What is worth keeping of it; `null` while it is only what was kept before. */
  get saved(): Saved | null {
    const { current, position } = this.#belief;
    if (this.source !== 'registry') return null;
    return { question: this.question, instances: current, position, asOfWallMs: this.asOfWallMs };
  }

  /** Nobody tells it anything any more. */
  end(): void {
    this.#cancelStart();
    this.#cancelDoubt();
    this.#become(closed);
  }

  get #now(): number {
    return this.#surroundings.clock.monotonicMs();
  }

  #there(ageMs: number): void {
    this.#cancelStart();
    if (this.#awaySinceMs !== null) {
      this.#belief.extend(this.#now - this.#awaySinceMs);
      this.#awaySinceMs = null;
      // It may have nothing to tell: it goes on where it was.
      this.#doubtLater();
    }
    this.#asOfMs = this.#now - ageMs;
    this.#become(ageMs > 0 ? stale : live);
  }

  #gone(state: LiveStateName & ('away' | 'refused'), because: Error): void {
    this.#awaySinceMs ??= this.#now;
    this.#cancelDoubt();
    this.#late();
    this.#become({ state, because });
  }

  async #load(): Promise<void> {
    this.#saved = await this.#surroundings.load(this);
    this.#isLoading = false;
    if (this.#isLate) this.#late();
  }

  /** What is older counts from now on, if there is anything. */
  #late(): void {
    this.#isLate = true;
    if (this.source === 'registry' || this.#isLoading) return;
    const saved = this.#saved;
    this.#saved = undefined;
    if (saved !== undefined) {
      this.#asOfMs = this.#now - Math.max(0, this.#surroundings.clock.wallMs() - saved.asOfWallMs);
      this.#shown(() => this.#belief.begin('snapshot', saved.instances, saved.position));
    } else if (this.#fallback !== null && this.source === null) {
      const fallback = this.#fallback;
      this.#shown(() => this.#belief.begin('fallback', fallback, null));
    }
  }

  #become(state: LiveState): void {
    const before = this.#state;
    if (before.state === state.state && before.because?.message === state.because?.message) return;
    this.#state = state;
    this.states.tell(state);
  }

  /** Does it, and tells what became different. */
  #shown(act: () => void): void {
    const [before, sourceBefore] = [this.current, this.source];
    act();
    this.#doubtLater();
    const { current, source } = this;
    if (current !== before || source !== sourceBefore) this.#surroundings.save(this);
    if (current !== before) this.changes.tell(current);
    if (sourceBefore === null && source !== null) this.known.tell();
  }

  #doubtLater(): void {
    this.#cancelDoubt();
    const { nextMs } = this.#belief;
    if (nextMs === undefined || this.#awaySinceMs !== null) return;
    const { clock } = this.#surroundings;
    this.#cancelDoubt = clock.after(Math.max(0, nextMs - this.#now), () => this.#shown(() => this.#belief.pass(this.#now)));
  }
}
