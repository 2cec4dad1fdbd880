/**
 * The heartbeats of machines. One that falls silent is critical, and all who run on it with it; one that is heard again
 * is passing. A machine has no second stage: it stays until somebody takes it out.
 */
import { verdictOn } from '../catalog/health.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import { heartbeatCheck, type HeartbeatCheck } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { MACHINES, machineCalled, machineText } from './calling.js';
import type { CompanyDesk } from './company-desk.js';
import { decide, type Decision, type Standing } from './decide.js';
import { lapsedSinceMs, lapseVerdict, recoveryVerdict } from './judgement.js';
import { fencedError } from './judgement-writer.js';
import { writeMachineVerdicts, type MachineHealthOptions } from './machine-health.js';
import type { AttendanceMeters } from './meters.js';
import { KIND_MARK, Muster } from './muster.js';
import { OTHERS } from './shared-rows.js';

export interface MachinesOptions extends MachineHealthOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: AttendanceMeters;
  /** On a cluster. */
  readonly desk: CompanyDesk | null;
  /** Attended time, see attended-time.ts. */
  readonly now: () => number;
}

/** A verdict on it may have left for the log; a beat that comes now has to see what becomes of that. */
const WRITING: number = KIND_MARK;

const wait: Decision = { act: 'wait', untilMs: Infinity };

export class Machines {
  readonly #options: MachinesOptions;
  readonly #muster: Muster<Machine>;

  constructor(options: MachinesOptions) {
    this.#options = options;
    this.#muster = new Muster<Machine>({
      ...options,
      failures: options.meters.failures,
      calling: {
        kind: MACHINES,
        text: machineText,
        suffix: () => '',
        row: (text) => this.#rowCalled(text),
        lapses: (row, nowMs) => this.#decide(row, nowMs).act === 'lapse',
        isPresent: (row) => this.#standing(row) !== 'lapsed',
      },
      naming: { group: ({ namespace }) => namespace, name: ({ name }) => name },
      kind: {
        name: 'machine',
        dueMs: (row, nowMs) => {
          const decision = this.#decide(row, nowMs);
          return decision.act === 'wait' ? decision.untilMs : nowMs;
        },
        settle: async (rows) => void (await Promise.all(rows.map((row) => this.#settle(row)))),
      },
    });
  }

  /** How many this node looks after. Walks over all of them. */
  countOurs(): number {
    return this.#muster.roll.countWithout(OTHERS);
  }

  /** How long ago its check was heard, as this node knows it. */
  agesMs(ref: MachineRef): ReadonlyMap<string, number | null> {
    const row = this.#rowOf(ref);
    const machine = row === undefined ? null : this.#muster.roll.subject(row);
    const check = machine === null ? undefined : heartbeatCheck(machine);
    return row === undefined || check === undefined ? new Map() : new Map([[check.id, this.#muster.ageMs(row)]]);
  }

  /** What the view says of a machine; `null` for one that is gone. */
  take(ref: MachineRef, machine: Machine | null): void {
    const row = this.#rowOf(ref);
    const check = machine && heartbeatCheck(machine);
    if (machine === null || check === null || check === undefined) {
      if (row !== undefined) this.#muster.leave(row);
    } else if (row === undefined) this.#enter(machine, check);
    else this.#stay(row, machine, check);
  }

  takeAll(machines: Iterable<Machine>): void {
    const there = new Set<Machine>();
    for (const machine of machines) {
      this.take(machine, machine);
      there.add(machine);
    }
    for (const row of this.#muster.roll.rowsUnless((machine) => there.has(machine))) this.#muster.leave(row);
  }

  /**
   * I am here. Settles when the view shows it, which is at once for one that had not lapsed; with `false` if the log would
   * not take it (it is tried again, also without another beat). Nothing happens for strangers, nor for one that need not beat.
   */
  async beat(ref: MachineRef): Promise<boolean> {
    const row = this.#rowOf(ref);
    if (row === undefined) return true;
    this.#options.meters.beats.add();
    await this.#muster.hear([row]);
    const machine = this.#muster.roll.subject(row);
    if (machine === null || (standingOf(machine) !== 'lapsed' && !this.#muster.roll.has(row, WRITING))) return true;
    this.#muster.look(row);
    await this.#muster.settled(row);
    const now = this.#rowOf(ref) === row ? this.#muster.roll.subject(row) : null;
    return now === null || standingOf(now) !== 'lapsed';
  }

  tick(nowMs: number): boolean {
    return this.#muster.tick(nowMs);
  }

  close(): Promise<void> {
    return this.#muster.close();
  }

  #enter(machine: Machine, { ttlMs }: HeartbeatCheck): void {
    const row = this.#muster.newcomer(machine);
    this.#muster.setTtlMs(row, ttlMs);
    // One that had lapsed before has yet to be heard.
    if (standingOf(machine) !== 'lapsed') this.#muster.told(row);
    this.#muster.look(row);
  }

  /** What is said of it anew is a sign of life only where it says when the next one is due. */
  #stay(row: number, machine: Machine, { id, ttlMs }: HeartbeatCheck): void {
    const { roll } = this.#muster;
    const before = roll.subject(row);
    roll.setSubject(row, machine);
    const was = before === null ? 'present' : standingOf(before);
    const isSaidAnew = roll.table.ttlMs(row) !== ttlMs || before?.createRevision !== machine.createRevision;
    this.#muster.setTtlMs(row, ttlMs);
    const lapsedMs = lapsedSinceMs(machine.verdicts, id);
    if (lapsedMs !== null && (before === null || lapsedSinceMs(before.verdicts, id) !== lapsedMs)) this.#muster.shared?.lapsed(row);
    if (isSaidAnew || (standingOf(machine) === 'present' && was !== 'present')) this.#muster.told(row);
    this.#muster.look(row);
  }

  #decide(row: number, nowMs: number): Decision {
    if (this.#muster.roll.subject(row) === null) return wait;
    const standing = this.#standing(row);
    // What another node looks after is for that one to miss.
    if (standing === 'present' && this.#muster.isOthers(row)) return wait;
    return decide(standing, standing === 'present' ? this.#muster.deadlineMs(row) : this.#muster.roll.table.deadlineMs(row), nowMs);
  }

  #standing(row: number): Standing {
    const machine = this.#muster.roll.subject(row);
    return machine === null ? 'critical' : standingOf(machine);
  }

  async #settle(row: number): Promise<void> {
    const { clock, now, meters, desk } = this.#options;
    const machine = this.#muster.roll.subject(row);
    const check = machine && heartbeatCheck(machine);
    const { act } = this.#decide(row, now());
    if (machine === null || check === null || check === undefined || act === 'wait') return;
    if (act === 'lapse' && !this.#muster.mayLapse(row)) return;
    const wallMs = clock.wallMs();
    this.#muster.roll.mark(row, WRITING);
    try {
      const verdicts = { [check.id]: act === 'lapse' ? lapseVerdict(check, wallMs) : recoveryVerdict(wallMs) };
      // It may take so long that the others have heard it meanwhile.
      const stillHolds = (): boolean => act !== 'lapse' || this.#muster.mayLapse(row);
      const written = await writeMachineVerdicts(this.#options, machine, verdicts, stillHolds);
      if (written) meters.verdicts[act === 'lapse' ? 'lapse' : 'recovery'].add();
      else if (desk !== null) throw fencedError();
    } finally {
      this.#muster.roll.unmark(row, WRITING);
    }
  }

  #rowCalled(text: string): number | undefined {
    const ref = machineCalled(text);
    return ref && this.#rowOf(ref);
  }

  #rowOf({ namespace, name }: MachineRef): number | undefined {
    return this.#muster.roll.rows(namespace, name)[0];
  }
}

function standingOf(machine: Machine): Standing {
  const check = heartbeatCheck(machine);
  const verdict = check && verdictOn(machine.verdicts, check.id);
  if (verdict === undefined) return check?.born === 'critical' ? 'critical' : 'present';
  if (verdict.status !== 'critical') return 'present';
  return verdict.reason === 'lapse' ? 'lapsed' : 'critical';
}
