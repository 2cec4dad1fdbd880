/**
 * Takes heartbeats and says who is present. A heartbeat is a number written in memory; the log hears only of those whose
 * state changes. This file is the pulse: it follows the catalog and lets each part do a slice of its work per tick.
 */
import { ROLLCALL } from '../access/judge.js';
import { everything } from '../access/permissions.js';
import type { Caller, CatalogView, GuardDesk, GuardReport, HeldScope } from '../face.js';
import type { ChangeBatch } from '../view/feed.js';
import type { GuardState } from '../records/guard-record.js';
import type { Instance } from '../catalog/instance.js';
import { ServiceName } from '../catalog/names.js';
import type { MachineRef } from '../catalog/machine.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { noMeter, type Meter } from '../ports/meter.js';
import type { Random } from '../ports/random.js';
import type { Store } from '../ports/store.js';
import type { InstanceSelector } from '../query/find-instance.js';
import type { Company } from '../cluster/company.js';
import type { AttendantName, Colleague, Heard } from '../ports/colleagues.js';
import { AttendedTime } from './attended-time.js';
import { Checks } from './checks.js';
import { CompanyDesk } from './company-desk.js';
import { Departures } from './departures.js';
import { usualGuard, type GuardSettings } from './guard.js';
import { GuardBook } from './guard-book.js';
import { heardAgeOf, insightOf } from './insight-of.js';
import { JudgementWriter, type Fences, type Showing } from './judgement-writer.js';
import { Machines } from './machines.js';
import { attendanceMeters, showGauges, type AttendanceMeters } from './meters.js';
import { Muster, type Kind } from './muster.js';
import { TICK_MS } from './pace.js';
import type { Insight } from '../explain/insight.js';
import type { ProbeNews } from '../probing/prober.js';
import { ProbedKinds } from './probed-kinds.js';
import type { ProbeRunner } from './probes.js';
import type { Naming } from './roll.js';
import type { Calling } from './shared-rows.js';

export interface AttendanceOptions {
  readonly view: CatalogView;
  readonly store: Store;
  readonly showing: Showing;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meter?: Meter;
  readonly guard?: GuardSettings;
  /** Left out: this node is alone. */
  readonly fences?: Fences;
  /** The same. The roster has been read when attendance starts, and this node is a member. */
  readonly company?: Company;
  /** Left out: nothing is probed. */
  readonly prober?: ProbeRunner;
}

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'attendance' };

export class Attendance implements GuardDesk, Colleague {
  readonly #view: CatalogView;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #time: AttendedTime;
  readonly #meters: AttendanceMeters;
  readonly #checks: Checks;
  readonly #guard: GuardBook;
  readonly #departures: Departures;
  readonly #machines: Machines;
  /** Where nobody runs probes, nobody is probed. */
  readonly #probes: ProbedKinds | null;
  readonly #desk: CompanyDesk | null;
  /** Of other kinds than checks. */
  readonly #musters: { tick(nowMs: number): boolean; close(): Promise<void> }[] = [];
  /** How many the view shows, and how many of them as held. */
  #present = 0;
  #held = 0;
  #tickedMs = 0;
  #stopTicking: (() => void) | null = null;
  #stopSlices: (() => void) | null = null;
  #unfollow: (() => void) | null = null;

  constructor(options: AttendanceOptions) {
    const { view, store, showing, clock, random, log, meter = noMeter, guard = usualGuard, fences = () => [], company, prober } = options;
    this.#view = view;
    this.#clock = clock;
    this.#log = log;
    this.#time = new AttendedTime(TICK_MS, clock.monotonicMs());
    this.#meters = attendanceMeters(meter);
    const now = (): number => this.#time.now(clock.monotonicMs());
    const wokenMs = (): number => this.#time.wokenMs(clock.monotonicMs());
    const missedSince = (ms: number): number => this.#time.missedSince(ms, clock.monotonicMs());
    const desk =
      company === undefined ? null : new CompanyDesk({ company, view, clock, log, now, wokenMs, missedSince, meters: this.#meters });
    this.#desk = desk;
    const writing = { store, showing, fences };
    const shared = { clock, log, now, desk, writer: new JudgementWriter(writing), meters: this.#meters };
    this.#machines = new Machines({ ...shared, ...writing });
    const isOurs = (text: string): boolean => desk?.isOurs(text) ?? true;
    this.#probes = prober === undefined ? null : new ProbedKinds({ ...shared, ...writing, view, caller: self, runner: prober, isOurs });
    const held = (): number => this.#held;
    this.#checks = new Checks(shared);
    this.#guard = new GuardBook({
      ...shared,
      store,
      settings: guard,
      present: () => this.#present,
      changed: () => this.#departures.go(),
    });
    this.#departures = new Departures({
      ...shared,
      random,
      guard: this.#guard,
      held,
      isReturning: (ref) => this.#checks.isReturning(ref),
      stillSilent: (instances) => this.#checks.stillSilent(instances),
    });
    desk?.onChange(() => {
      this.#departures.lookThrough();
      this.#probes?.lookThrough();
    });
    showGauges(meter, {
      attendants: () => this.#checks.size,
      waiting: () => this.#checks.waiting + this.#departures.due,
      held,
      budget: () => this.#guard.left,
    });
  }

  /** The brake on departures, as this node knows it. */
  get guard(): GuardState {
    return this.#guard.state;
  }

  /** Begins with a full ttl for everybody: nobody could be heard before. The view must be complete. */
  async start(): Promise<void> {
    await this.#guard.start();
    this.#desk?.start();
    this.#tickedMs = this.#clock.monotonicMs();
    this.#time.tick(this.#tickedMs);
    this.#unfollow = this.#view.follow({ changed: (batch) => this.#changed(batch), reset: () => this.#lookAnew() }, self);
    this.#lookAnew();
    this.#armTick();
  }

  /** Settles when no verdict is on its way any more. */
  async close(): Promise<void> {
    this.#unfollow?.();
    this.#stopTicking?.();
    this.#stopSlices?.();
    this.#guard.close();
    this.#desk?.close();
    const probes = this.#probes === null ? [] : [this.#probes];
    await Promise.all([this.#checks, this.#departures, this.#machines, ...probes, ...this.#musters].map((part) => part.close()));
  }

  /**
   * I am here. Settles when the view shows it, which is at once for whoever had not lapsed; with `false` if the
   * log would not take it (it is tried again, also without another beat), or it departed in that very moment. Nothing
   * happens for strangers. Without a check it is meant for all that wait for heartbeats.
   */
  beat(ref: InstanceRef, checkId?: string): Promise<boolean> {
    return this.#checks.beat(ref, checkId);
  }

  /** Registered again in a way that heals nothing: a full ttl for whoever has not lapsed. */
  renew(ref: InstanceRef): Promise<void> {
    return this.#checks.renew(ref);
  }

  /** Whatever is heard here has to be told to every other node, together: see company-desk.ts. */
  get isApart(): boolean {
    return this.#desk?.hearing === 'apart';
  }

  /** The same of a machine. */
  beatMachine(ref: MachineRef, checkId?: string): Promise<boolean> {
    return this.#machines.beat(ref, checkId);
  }

  renewMachine(ref: MachineRef): Promise<void> {
    return this.#machines.renew(ref);
  }

  /**
   * I am here, said by many at once. Answers the places of those for whom that was not enough, because they are not
   * known here, share their id, or had lapsed: find out which instance they mean and `beat`, one by one.
   */
  beatMany(selectors: readonly InstanceSelector[]): readonly number[] {
    return this.#checks.beatMany(selectors);
  }

  /** What a probe found, where that differs from what it found before. */
  found(news: ProbeNews): void {
    this.#probes?.found(news);
  }

  /** What other nodes heard. */
  take(heard: readonly Heard[]): void {
    this.#desk?.take(heard);
  }

  /** What was heard here, for another node that is about to say a lapse. Throws where this node is no member: then its word does not count. */
  ages(who: readonly AttendantName[]): readonly (number | null)[] {
    return this.#desk?.ages(who) ?? who.map(() => null);
  }

  /**
   * Before a planned stop, when the roster shows that this node is leaving: hands over what was heard here. Answers by which
   * revision of the roster all of it was taken; `null` if not: then the others must not be told that this node said goodbye. Heartbeats that come
   * meanwhile are told to every other node.
   */
  async leave(): Promise<number | null> {
    return (await this.#desk?.leave()) ?? null;
  }

  /** How many heartbeats this node waits for. Walks over all rows, so whoever asks often keeps the answer for a while. */
  countOurs(): { readonly instances: number; readonly machines: number } {
    return { instances: this.#checks.countOurs(), machines: this.#machines.countOurs() };
  }

  /** What this node knows of an instance beyond what the view shows. */
  insight(instance: Instance): Promise<Insight> {
    return insightOf(instance, { desk: this.#desk, checks: this.#checks, machines: this.#machines, probes: this.#probes });
  }

  /** For how long it was not heard; `null` where it need not be, or others may have heard it. */
  heardAgeMs(ref: InstanceRef): number | null {
    return heardAgeOf(ref, { desk: this.#desk, checks: this.#checks });
  }

  report(_caller: Caller): GuardReport {
    return { ...this.#guard.book, holding: this.#guard.state.holding, held: this.#held };
  }

  async release({ namespace, service }: HeldScope, _caller: Caller): Promise<number> {
    const isMeant = (one: ServiceName): boolean => service === undefined || ServiceName.fold(one) === ServiceName.fold(service);
    if (namespace !== undefined) return this.#departures.release((one) => one.namespace === namespace && isMeant(one.service));
    const count = Math.max(this.#held, this.#departures.due);
    if (count > 0) await this.#guard.release(count);
    return count;
  }

  /**
   * Attendants of another kind, sessions or nodes, on the same pulse. They end with attendance. On a cluster each node looks after
   * its share of them if it is said how they are called there, and else after all that it has.
   */
  muster<Subject>(kind: Kind, naming: Naming<Subject>, calling?: Calling<Subject>): Muster<Subject> {
    const muster = new Muster<Subject>({
      kind,
      naming,
      desk: this.#desk,
      ...(calling === undefined ? {} : { calling }),
      clock: this.#clock,
      log: this.#log,
      failures: this.#meters.failures,
      now: () => this.#time.now(this.#clock.monotonicMs()),
    });
    this.#musters.push(muster);
    return muster;
  }

  #armTick(): void {
    this.#stopTicking = this.#clock.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#meters.tickLag.observe(Math.max(0, nowMs - this.#tickedMs - TICK_MS) / 1000);
    this.#tickedMs = nowMs;
    const missedMs = this.#time.tick(nowMs);
    if (missedMs > 0) {
      this.#meters.slept.add(missedMs / 1000);
      this.#log.warn('this node was away; every deadline is extended by what it missed', { missedMs });
    }
    this.#desk?.tick();
    if (this.#stopSlices === null) this.#slice();
    this.#armTick();
  }

  /** One slice of everybody's work; if that was not all, the next one follows when others have had their turn. */
  #slice(): void {
    const nowMs = this.#time.now(this.#clock.monotonicMs());
    const more = [this.#checks, this.#departures, this.#machines, ...this.#musters].map((part) => part.tick(nowMs)).includes(true);
    this.#stopSlices = more ? this.#clock.after(0, () => this.#slice()) : null;
  }

  #changed(batch: ChangeBatch): void {
    const { changes, machines } = batch;
    this.#probes?.takeBatch(batch);
    for (const { ref, current } of machines) this.#machines.take(ref, current);
    for (const { ref, previous, current } of changes) {
      this.#present += Number(current !== null) - Number(previous !== null);
      this.#held += Number(current?.held ?? false) - Number(previous?.held ?? false);
      this.#checks.take(ref, current);
      this.#departures.take(ref, current);
    }
  }

  #lookAnew(): void {
    const instances: Instance[] = [...this.#view.allInstances(self)];
    this.#present = instances.length;
    this.#held = instances.filter(({ held }) => held).length;
    this.#machines.takeAll(this.#view.allMachines(self));
    this.#checks.takeAll(instances);
    this.#probes?.takeAll(instances);
    this.#departures.takeAll(instances);
  }
}
