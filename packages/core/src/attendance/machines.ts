/**
 * The heartbeats of machines. One that falls silent is critical, and all who run on it with it; one that is heard again
 * is passing. A machine has no second stage: it stays until somebody takes it out.
 */
import type { Verdict } from '../catalog/health.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import { isTimed, type TimedCheck } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { checkSuffix, MACHINES, machineCalled, machineText } from './calling.js';
import type { CompanyDesk } from './company-desk.js';
import { decide, standingOf, type Decision, type Standing } from './decide.js';
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
        suffix: (row) => checkSuffix(this.#checkOf(row)),
        row: (text, suffix) => this.#rowCalled(text, suffix),
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
        settle: async (rows) => void (await Promise.all(this.#byMachine(rows).map((some) => this.#settle(some)))),
      },
    });
  }

  /** How many this node looks after. Walks over all of them. */
  countOurs(): number {
    return this.#muster.roll.countWithout(OTHERS);
  }

  /** How long ago each of its checks was heard, as this node knows it. */
  agesMs(ref: MachineRef): ReadonlyMap<string, number | null> {
    return new Map(this.#rowsOf(ref).map((row) => [this.#checkOf(row)?.id ?? '', this.#muster.ageMs(row)]));
  }

  /** What the view says of a machine; `null` for one that is gone. */
  take(ref: MachineRef, machine: Machine | null): void {
    const known = this.#rowsOf(ref);
    const kept = new Set<number>();
    machine?.checks.forEach((check, part) => {
      if (!isTimed(check)) return;
      const row = known.find((one) => this.#checkOf(one)?.id === check.id);
      kept.add(row === undefined ? this.#enter(machine, part, check) : this.#stay(row, machine, part, check));
    });
    for (const row of known) if (!kept.has(row)) this.#muster.leave(row);
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
   * Without a check it is meant for all that wait for heartbeats.
   */
  async beat(ref: MachineRef, checkId?: string): Promise<boolean> {
    const rows = this.#rowsOf(ref, checkId);
    if (rows.length === 0) return true;
    this.#options.meters.beats.add();
    await this.#muster.hear(rows);
    const slow = rows.filter((row) => this.#standing(row) === 'lapsed' || this.#muster.roll.has(row, WRITING));
    for (const row of slow) this.#muster.look(row);
    await Promise.all(slow.map((row) => this.#muster.settled(row)));
    return this.#rowsOf(ref, checkId).every((row) => this.#standing(row) !== 'lapsed');
  }

  /** Put again in a way that heals nothing: whoever is waited for has a full ttl, and who lapsed stays so. */
  async renew(ref: MachineRef): Promise<void> {
    const rows = this.#rowsOf(ref).filter((row) => this.#standing(row) !== 'lapsed');
    if (rows.length > 0) await this.#muster.hear(rows);
  }

  tick(nowMs: number): boolean {
    return this.#muster.tick(nowMs);
  }

  close(): Promise<void> {
    return this.#muster.close();
  }

  #enter(machine: Machine, part: number, check: TimedCheck): number {
    const row = this.#muster.newcomer(machine);
    this.#muster.roll.table.setPart(row, part);
    this.#muster.setTtlMs(row, check.ttlMs);
    // One that had lapsed before has yet to be heard.
    if (standingOf(machine.verdicts, check) !== 'lapsed') this.#muster.told(row);
    this.#muster.look(row);
    return row;
  }

  /** What is said of it anew is a sign of life only where it says when the next one is due. */
  #stay(row: number, machine: Machine, part: number, check: TimedCheck): number {
    const { roll } = this.#muster;
    const before = roll.subject(row);
    const was = this.#standing(row);
    roll.setSubject(row, machine);
    roll.table.setPart(row, part);
    const isSaidAnew = roll.table.ttlMs(row) !== check.ttlMs || before?.createRevision !== machine.createRevision;
    this.#muster.setTtlMs(row, check.ttlMs);
    const standing = standingOf(machine.verdicts, check);
    const lapsedMs = lapsedSinceMs(machine.verdicts, check.id);
    if (lapsedMs !== null && (before === null || lapsedSinceMs(before.verdicts, check.id) !== lapsedMs)) this.#muster.shared?.lapsed(row);
    if (isSaidAnew || (standing === 'present' && was !== 'present')) this.#muster.told(row);
    this.#muster.look(row);
    return row;
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
    const check = this.#checkOf(row);
    return machine === null || check === null ? 'critical' : standingOf(machine.verdicts, check);
  }

  /** Rows of the same machine are judged together, because they are written in one record. */
  #byMachine(rows: readonly number[]): readonly (readonly number[])[] {
    const groups = new Map<Machine | null, number[]>();
    for (const row of rows) {
      const machine = this.#muster.roll.subject(row);
      const group = groups.get(machine);
      if (group === undefined) groups.set(machine, [row]);
      else group.push(row);
    }
    groups.delete(null);
    return [...groups.values()];
  }

  async #settle(rows: readonly number[]): Promise<void> {
    const { meters, desk } = this.#options;
    const judged = rows.map((row) => ({ row, machine: this.#muster.roll.subject(row), ...this.#judge(row) }));
    const found = judged.filter(({ verdict }) => verdict !== null);
    const machine = found[0]?.machine ?? null;
    if (machine === null) return;
    for (const { row } of found) this.#muster.roll.mark(row, WRITING);
    try {
      // It may take so long that the others have heard it meanwhile.
      const stillHolds = (): boolean => found.every(({ row, act }) => act !== 'lapse' || this.#muster.mayLapse(row));
      const verdicts = Object.fromEntries(found.map(({ id, verdict }) => [id, verdict as Verdict]));
      const written = await writeMachineVerdicts(this.#options, machine, verdicts, stillHolds);
      if (written) for (const { act } of found) meters.verdicts[act === 'lapse' ? 'lapse' : 'recovery'].add();
      else if (desk !== null) throw fencedError();
    } finally {
      for (const { row } of found) this.#muster.roll.unmark(row, WRITING);
    }
  }

  #judge(row: number): { readonly act: Decision['act']; readonly id: string; readonly verdict: Verdict | null } {
    const { clock, now } = this.#options;
    const check = this.#checkOf(row);
    const { act } = this.#decide(row, now());
    if (check === null || act === 'wait' || (act === 'lapse' && !this.#muster.mayLapse(row))) return { act, id: '', verdict: null };
    const wallMs = clock.wallMs();
    return { act, id: check.id, verdict: act === 'lapse' ? lapseVerdict(check, wallMs) : recoveryVerdict(wallMs) };
  }

  #rowCalled(text: string, suffix: string): number | undefined {
    const ref = machineCalled(text);
    return ref && this.#rowsOf(ref).find((row) => checkSuffix(this.#checkOf(row)) === suffix);
  }

  #rowsOf({ namespace, name }: MachineRef, checkId?: string): readonly number[] {
    const rows = this.#muster.roll.rows(namespace, name);
    return checkId === undefined ? rows : rows.filter((row) => this.#checkOf(row)?.id === checkId);
  }

  #checkOf(row: number): TimedCheck | null {
    const check = this.#muster.roll.subject(row)?.checks[this.#muster.roll.table.part(row)];
    return check !== undefined && isTimed(check) ? check : null;
  }
}
