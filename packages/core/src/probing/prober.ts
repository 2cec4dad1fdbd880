/**
 * Whose turn it is to be probed, and what came of it. Like a night watchman with a list of doors: every door has its own
 * interval, the first look is at once, and a door that takes long to answer holds up no other. Of what he finds he
 * reports only what has changed.
 *
 * It neither connects to anything nor writes anything: `run` does the one, `tell` leads to the other.
 */
import { TimingWheel } from '../attendance/timing-wheel.js';
import type { Health } from '../catalog/health.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { Doubt, type Evidence } from './doubt.js';
import { glanceAt } from './glance.js';
import { untilNextMs } from './patience.js';
import type { Glance, Glanced, Look } from './second-opinion.js';
import { newStreak, weigh, type Finding, type Streak, type Thresholds } from './threshold.js';

/** One check of one instance or machine, to be probed until it is dropped. */
export interface ProbeOrder<Spec> {
  readonly key: string;
  readonly spec: Spec;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly thresholds: Thresholds;
  /** What the log has of it; `isNew`: only what it was born as. */
  readonly status: Health;
  readonly isNew?: boolean;
  /** How long it had been registered when this was ordered. */
  readonly ageMs: number;
}

export interface ProbeFound {
  readonly finding: Finding;
  readonly output: string;
  /** Left out: it answered. */
  readonly evidence?: Evidence;
  /** Nothing came, and that says nothing of it. */
  readonly unheard?: true;
}

/** One result, as it is kept for whoever asks why. */
export interface ProbeResult extends ProbeFound {
  readonly wallMs: number;
  readonly tookMs: number;
  /** It was silence while nobody at all answered this node, and did not count. */
  readonly doubted?: true;
}

/** How one check stands with whoever probes it. */
export interface ProbeReport {
  readonly streak: Streak;
  /** The last ones, the newest first. */
  readonly results: readonly ProbeResult[];
  /** It is being asked at this moment, or next in line. */
  readonly isBusy: boolean;
  /** Until its next turn. */
  readonly nextInMs: number;
  /** Whoever probes it hears nobody at present, so that silence does not count. */
  readonly isDoubting: boolean;
}

/** A check says something else than before. */
export interface ProbeNews {
  readonly key: string;
  readonly status: Health;
  readonly output: string;
  readonly wallMs: number;
}

export interface ProberOptions<Spec> {
  readonly clock: Clock;
  readonly random: Random;
  /** Settles within its time, and never rejects. */
  readonly run: (spec: Spec, timeoutMs: number) => Promise<ProbeFound>;
  readonly tell: (news: ProbeNews) => void;
  /** How much later than it should somebody had its turn. */
  readonly late: (lateMs: number) => void;
  /** It was silent, and that did not count: somebody else may know more. See second-opinion.ts. */
  readonly doubted?: (key: string) => void;
  /** Probes under way at the same time; each is a connection. */
  readonly atOnceMax: number;
}

/** Short beside the shortest interval, and few enough to cost nothing. */
const TICK_MS = 50;

/** Begun in one turn of the loop; then answers are heard. A thread short of time falls behind, instead of taking its slowness for theirs. */
const STARTS_PER_TURN_MAX = 50;

/** Two rounds of the usual interval. */
const WHEEL_SLOTS = 512;

/** Whoever is ordered among so few others within a second is looked at at once; a fleet of them is spread over an interval. */
const AT_ONCE_PER_SECOND = 100;

/** For whoever asks why. */
const RESULTS_KEPT = 5;

const ANSWERED_ELSEWHERE = 'it answers another node; this one hears nobody at present';

interface Door<Spec> {
  order: ProbeOrder<Spec>;
  readonly sinceMs: number;
  streak: Streak;
  dueMs: number;
  /** In line, or under way. */
  isBusy: boolean;
  results: readonly ProbeResult[];
}

export class Prober<Spec> {
  readonly #options: ProberOptions<Spec>;
  readonly #doors = new Map<string, Door<Spec>>();
  readonly #wheel: TimingWheel<Door<Spec>>;
  /** Whose turn has come, and for whom there was no room yet. */
  #line: Door<Spec>[] = [];
  readonly #doubt = new Doubt();
  #running = 0;
  #secondMs = -Infinity;
  #startedInSecond = 0;
  #stopTicking: (() => void) | null = null;
  #cancelTurn: (() => void) | null = null;

  constructor(options: ProberOptions<Spec>) {
    this.#options = options;
    this.#wheel = new TimingWheel({ tickMs: TICK_MS, slots: WHEEL_SLOTS, nowMs: options.clock.monotonicMs() });
  }

  get size(): number {
    return this.#doors.size;
  }

  /** Now under way, and those who wait for that. */
  get underWay(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running, waiting: this.#line.length };
  }

  /** More than half of all, and they are many, fell silent, and nobody has answered since: silence says nothing then. See doubt.ts. */
  get isDoubting(): boolean {
    return this.#doubt.isOn && !this.#doubt.isOfFew;
  }

  start(): void {
    this.#stopTicking = this.#options.clock.after(TICK_MS, () => this.#tick());
  }

  close(): void {
    this.#stopTicking?.();
    this.#cancelTurn?.();
    this.#doors.clear();
    this.#line = [];
  }

  /** An order for a key that is known changes it; what was found so far still counts. */
  order(order: ProbeOrder<Spec>): void {
    const nowMs = this.#options.clock.monotonicMs();
    const known = this.#doors.get(order.key);
    const dueMs = nowMs + this.#firstDelayMs(order.intervalMs, nowMs);
    if (known !== undefined) {
      known.order = order;
      // Sooner, if its interval is shorter now. The wheel may know it twice then; it is looked at once.
      if (dueMs < known.dueMs && !known.isBusy) this.#place(known, dueMs);
      return;
    }
    const door: Door<Spec> = { order, sinceMs: nowMs, streak: newStreak(order.status, order.isNew), dueMs, isBusy: false, results: [] };
    this.#doors.set(order.key, door);
    this.#place(door, dueMs);
  }

  drop(key: string): void {
    this.#doors.delete(key);
    this.#doubt.forget(key);
  }

  /** Whether anybody else can be asked: then also the silence of a few is doubted. */
  accompanied(isAccompanied: boolean): void {
    this.#doubt.accompanied(isAccompanied);
  }

  /**
   * What another node found of somebody whose silence did not count, if that is still the last that is known of it. `bad`: it counts now.
   * `well`: it has answered, if not here. `unsure`: of many it stays doubted; of a few a plain death would be hidden for ever.
   */
  opinion(found: Look, key: string): void {
    const door = this.#doors.get(key);
    const [last] = door?.results ?? [];
    if (door === undefined || last?.doubted !== true) return;
    // What it answered elsewhere may have been a warning: that is not told.
    const well = door.streak.status === 'warning' ? 'warning' : 'passing';
    if (found === 'well') this.#weigh(door, { ...last, finding: well, output: ANSWERED_ELSEWHERE });
    else if (found === 'bad' || this.#doubt.isOfFew) this.#believe(key);
  }

  /** For another node. It is unsure also where more than half of its own are silent, however few they are. */
  async glance(at: readonly Glance<Spec>[]): Promise<Glanced> {
    const { found, isDark } = await glanceAt(at, this.#doors.values(), this.#options.run);
    return { found, doubting: isDark || this.#doubt.isOn };
  }

  /** `null` for who is not probed here. */
  report(key: string): ProbeReport | null {
    const door = this.#doors.get(key);
    if (door === undefined) return null;
    const { streak, results, isBusy, dueMs } = door;
    return { streak, results, isBusy, nextInMs: Math.max(0, dueMs - this.#options.clock.monotonicMs()), isDoubting: this.isDoubting };
  }

  #firstDelayMs(intervalMs: number, nowMs: number): number {
    if (nowMs - this.#secondMs >= 1000) [this.#secondMs, this.#startedInSecond] = [nowMs, 0];
    if (this.#startedInSecond++ < AT_ONCE_PER_SECOND) return 0;
    return this.#options.random.number() * intervalMs;
  }

  #place(door: Door<Spec>, dueMs: number): void {
    door.dueMs = dueMs;
    this.#wheel.add(door, dueMs);
  }

  #tick(): void {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    for (const door of this.#wheel.due(nowMs)) {
      if (this.#isGone(door) || door.isBusy) continue;
      if (door.dueMs > nowMs) this.#wheel.add(door, door.dueMs);
      else {
        door.isBusy = true;
        this.#line.push(door);
      }
    }
    this.#go();
    this.#stopTicking = clock.after(TICK_MS, () => this.#tick());
  }

  #go(): void {
    const { atOnceMax, clock } = this.#options;
    let [taken, started] = [0, 0];
    while (this.#cancelTurn === null && taken < this.#line.length && this.#running < atOnceMax && started < STARTS_PER_TURN_MAX) {
      const door = this.#line[taken++] as Door<Spec>;
      if (this.#isGone(door)) continue;
      started++;
      void this.#probe(door);
    }
    if (taken > 0) this.#line = this.#line.slice(taken);
    if (started < STARTS_PER_TURN_MAX) return;
    this.#cancelTurn = clock.after(0, () => {
      this.#cancelTurn = null;
      this.#go();
    });
  }

  async #probe(door: Door<Spec>): Promise<void> {
    const { clock, run, late, random } = this.#options;
    const { order } = door;
    const startMs = clock.monotonicMs();
    late(startMs - door.dueMs);
    this.#running++;
    const found = await run(order.spec, order.timeoutMs);
    this.#running--;
    door.isBusy = false;
    if (!this.#isGone(door)) {
      const endMs = clock.monotonicMs();
      this.#note(door, found, endMs - startMs);
      // Counted from when it was due, so that turns do not wander; whoever took longer than an interval is due at once.
      this.#place(door, Math.max(endMs, door.dueMs + untilNextMs(door.order.intervalMs, door.results, random)));
    }
    if (this.#line.length > 0) this.#go();
  }

  #note(door: Door<Spec>, found: ProbeFound, tookMs: number): void {
    const wallMs = this.#options.clock.wallMs();
    const { counts, believed } = this.#doubt.hear(door.order.key, found.evidence ?? 'answer');
    const [last] = door.results;
    // Nearly always the same words: five of them for fifty thousand doors are kept once each.
    const output = last?.output === found.output ? last.output : found.output;
    const result = { ...found, output, wallMs, tookMs, ...(counts ? {} : { doubted: true as const }) };
    door.results = [result, ...door.results.slice(0, RESULTS_KEPT - 1)];
    for (const key of believed) this.#believe(key);
    if (counts) this.#weigh(door, result);
    else this.#options.doubted?.(door.order.key);
  }

  /** Its last silence, after all: once. */
  #believe(key: string): void {
    const door = this.#doors.get(key);
    const silence = door?.results.find(({ doubted }) => doubted === true);
    if (door === undefined || silence === undefined) return;
    const { doubted: _, ...believed } = silence;
    door.results = door.results.map((one) => (one === silence ? believed : one));
    this.#doubt.believe(key);
    this.#weigh(door, believed);
  }

  #weigh(door: Door<Spec>, { finding, output, wallMs }: ProbeResult): void {
    const { clock, tell } = this.#options;
    const ageMs = door.order.ageMs + clock.monotonicMs() - door.sinceMs;
    const before = door.streak.status;
    door.streak = weigh(door.streak, finding, door.order.thresholds, ageMs);
    const { status } = door.streak;
    if (status !== before) tell({ key: door.order.key, status, output, wallMs });
  }

  #isGone(door: Door<Spec>): boolean {
    return this.#doors.get(door.order.key) !== door;
  }
}
