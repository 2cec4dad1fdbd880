/**
 * Takes heartbeats and says who is present. A heartbeat is a number written in memory; the log hears only
 * of those whose state changes. Who attends is learned from the catalog, so that it does not matter through
 * which face, or through which node, somebody registered.
 */
import type { Caller, CatalogView } from '../face.js';
import type { ChangeBatch } from '../catalog/feed.js';
import { lapseOf, type Instance } from '../catalog/instance.js';
import { refText } from '../catalog/keys.js';
import { heartbeatCheck, type InstanceRef } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { AttendedTime } from './attended-time.js';
import { decide, remainingTermMs, type Presence } from './decide.js';
import { Gate } from './gate.js';
import { TimingWheel } from './timing-wheel.js';

/** Writes what attendance decides. Each settles when the view shows it, with `false` if the instance had changed before. */
export interface VerdictWriter {
  lapse(judged: Instance): Promise<boolean>;
  recover(judged: Instance): Promise<boolean>;
  depart(judged: Instance): Promise<boolean>;
}

export interface AttendanceOptions {
  readonly view: CatalogView;
  readonly verdicts: VerdictWriter;
  readonly clock: Clock;
  readonly log: Log;
}

/** Half of the shortest ttl, so that none of them lapses twice as late as it should. */
const TICK_MS = 100;
/** The wheel then spans 102 s: the usual ttl and the usual departure without a second look. */
const WHEEL_SLOTS = 1024;
/** When ten thousand lapse at once they share syncs of the disk, but do not hold up everybody else's writes. */
const VERDICTS_AT_ONCE_MAX = 64;
/** Somebody may change the instance while its recovery is written: then it is written once more. */
const LOOKS_PER_BEAT = 2;
/** After a verdict that could not be written. */
const RETRY_MS = 1000;

const self: Caller = { identity: 'rollcall', from: '', face: 'attendance' };

interface Attendant {
  instance: Instance;
  presence: Presence;
  /** The earliest deadline under which it lies in the wheel. */
  wheelMs: number;
  /** A verdict on its way to the log. */
  settling: Promise<void> | null;
  gone: boolean;
}

export class Attendance {
  readonly #view: CatalogView;
  readonly #verdicts: VerdictWriter;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #time: AttendedTime;
  readonly #wheel: TimingWheel<Attendant>;
  readonly #gate = new Gate(VERDICTS_AT_ONCE_MAX);
  readonly #attendants = new Map<string, Attendant>();
  readonly #settling = new Set<Promise<void>>();
  #stopTicking: (() => void) | null = null;
  #unfollow: (() => void) | null = null;

  constructor({ view, verdicts, clock, log }: AttendanceOptions) {
    this.#view = view;
    this.#verdicts = verdicts;
    this.#clock = clock;
    this.#log = log;
    this.#time = new AttendedTime(TICK_MS, clock.monotonicMs());
    this.#wheel = new TimingWheel({ tickMs: TICK_MS, slots: WHEEL_SLOTS, nowMs: this.#now() });
  }

  /** Begins with a full ttl for everybody: nobody could be heard before. The view must be complete. */
  start(): void {
    this.#time.tick(this.#clock.monotonicMs());
    this.#unfollow = this.#view.follow({ changed: (batch) => this.#changed(batch), reset: () => this.#lookAnew() }, self);
    this.#lookAnew();
    this.#armTick();
  }

  /** Settles when no verdict is on its way any more. */
  async close(): Promise<void> {
    this.#unfollow?.();
    this.#stopTicking?.();
    this.#unfollow = null;
    this.#stopTicking = null;
    await Promise.all(this.#settling);
  }

  /**
   * I am here. Settles when the view shows it, which is at once for whoever had not lapsed; with `false` if the
   * log would not take it (it is tried again, also without another beat). Nothing happens for strangers.
   */
  async beat(ref: InstanceRef): Promise<boolean> {
    const attendant = this.#attendants.get(refText(ref));
    if (attendant === undefined) return true;
    attendant.presence = { ...attendant.presence, lastBeatMs: this.#now() };
    for (let look = 0; look < LOOKS_PER_BEAT; look++) {
      // A lapse may be on its way to the log at this very moment: it is taken back when it has arrived.
      while (attendant.settling !== null) await attendant.settling;
      if (attendant.gone || attendant.presence.departsAtMs === null) return true;
      await this.#look(attendant);
    }
    return attendant.presence.departsAtMs === null;
  }

  #armTick(): void {
    this.#stopTicking = this.#clock.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const missedMs = this.#time.tick(this.#clock.monotonicMs());
    if (missedMs > 0) this.#log.warn('this node was away; every deadline is extended by what it missed', { missedMs });
    for (const attendant of this.#wheel.due(this.#now())) {
      attendant.wheelMs = Infinity;
      if (!attendant.gone) void this.#look(attendant);
    }
    this.#armTick();
  }

  #now(): number {
    return this.#time.now(this.#clock.monotonicMs());
  }

  async #look(attendant: Attendant): Promise<void> {
    if (attendant.settling !== null || this.#unfollow === null) return;
    const decision = decide(attendant.presence, this.#now());
    if (decision.act === 'wait') return this.#wakeAt(attendant, decision.untilMs);
    const settling = this.#settle(attendant);
    attendant.settling = settling;
    this.#settling.add(settling);
    await settling;
    this.#settling.delete(settling);
  }

  async #settle(attendant: Attendant): Promise<void> {
    let retryMs = 0;
    try {
      await this.#gate.run(() => this.#write(attendant));
    } catch (error) {
      retryMs = RETRY_MS;
      this.#log.warn('a verdict could not be written; it is tried again', { id: attendant.instance.id, reason: String(error) });
    }
    attendant.settling = null;
    if (!attendant.gone) this.#wakeAt(attendant, this.#now() + retryMs);
  }

  /** Decides again: whoever waited in line may have beaten, or left, in the meantime. */
  async #write({ instance, presence, gone }: Attendant): Promise<void> {
    const decision = decide(presence, this.#now());
    if (decision.act !== 'wait' && !gone) await this.#verdicts[decision.act](instance);
  }

  /** The wheel knows no removing, so a deadline that moved away costs nothing; one that came nearer is added. */
  #wakeAt(attendant: Attendant, deadlineMs: number): void {
    if (deadlineMs >= attendant.wheelMs || deadlineMs === Infinity) return;
    attendant.wheelMs = deadlineMs;
    this.#wheel.add(attendant, deadlineMs);
  }

  #changed({ changes }: ChangeBatch): void {
    for (const { ref, current } of changes) this.#attend(refText(ref), current);
  }

  #lookAnew(): void {
    const present = new Set<string>();
    for (const instance of this.#view.allInstances(self)) {
      present.add(refText(instance));
      this.#attend(refText(instance), instance);
    }
    for (const key of this.#attendants.keys()) if (!present.has(key)) this.#forget(key);
  }

  #attend(key: string, instance: Instance | null): void {
    const check = instance && heartbeatCheck(instance);
    if (instance === null || check === null || check === undefined) return this.#forget(key);
    const known = this.#attendants.get(key) ?? null;
    const presence = this.#presence(instance, check.ttlMs, known);
    const attendant = Object.assign(known ?? { wheelMs: Infinity, settling: null, gone: false }, { instance, presence });
    this.#attendants.set(key, attendant);
    const decision = decide(attendant.presence, this.#now());
    this.#wakeAt(attendant, decision.act === 'wait' ? decision.untilMs : this.#now());
  }

  /** A registration, its first or another one, is a heartbeat; a verdict is none. */
  #presence(instance: Instance, ttlMs: number, known: Attendant | null): Presence {
    const lapse = lapseOf(instance);
    if (lapse === undefined) {
      const registered = known === null || known.instance.revision !== instance.revision;
      return { ttlMs, lastBeatMs: registered ? this.#now() : known.presence.lastBeatMs, departsAtMs: null };
    }
    const lastBeatMs = known?.presence.lastBeatMs ?? -Infinity;
    const { deregisterAfterMs } = instance;
    const same = known !== null && known.presence.departsAtMs !== null && known.instance.deregisterAfterMs === deregisterAfterMs;
    if (same) return { ttlMs, lastBeatMs, departsAtMs: known.presence.departsAtMs };
    const termMs = remainingTermMs({ ttlMs, deregisterAfterMs, sinceMs: lapse.sinceMs, wallNowMs: this.#clock.wallMs() });
    return { ttlMs, lastBeatMs, departsAtMs: this.#now() + termMs };
  }

  #forget(key: string): void {
    const attendant = this.#attendants.get(key);
    if (attendant === undefined) return;
    attendant.gone = true;
    this.#attendants.delete(key);
  }
}
