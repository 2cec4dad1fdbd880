/** Who is probed: instances and machines, by the same prober and the same rules; only their verdicts are written differently. */
import type { CatalogView, Caller } from '../face.js';
import type { ChangeBatch } from '../catalog/feed.js';
import type { Instance } from '../catalog/instance.js';
import { refText } from '../catalog/keys.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { ProbeNews, ProbeReport } from '../probing/prober.js';
import { machineText } from './calling.js';
import { verdictsOn } from './judgement.js';
import { fencedError, type JudgementWriter } from './judgement-writer.js';
import { writeMachineVerdicts, type MachineHealthOptions } from './machine-health.js';
import type { AttendanceMeters } from './meters.js';
import { Probes, type Findings, type ProbesOptions } from './probes.js';

export interface ProbedKindsOptions
  extends Pick<ProbesOptions<InstanceRef, Instance>, 'clock' | 'log' | 'runner' | 'isOurs'>, MachineHealthOptions {
  readonly writer: JudgementWriter;
  readonly meters: AttendanceMeters;
}

/** By the ids of the checks. */
type Reports = ReadonlyMap<string, ProbeReport>;

export class ProbedKinds {
  readonly #instances: Probes<InstanceRef, Instance>;
  readonly #machines: Probes<MachineRef, Machine>;

  constructor(options: ProbedKindsOptions) {
    this.#instances = new Probes({ ...options, text: refText, write: (found) => writeInstances(options, found) });
    // Two parts where instances have three: nobody is called like one of the other kind.
    this.#machines = new Probes({ ...options, text: machineText, write: (found) => writeMachines(options, found) });
  }

  takeBatch({ changes, machines }: ChangeBatch): void {
    for (const { ref, current } of machines) this.#machines.take(ref, current);
    for (const { ref, current } of changes) this.#instances.take(ref, current);
  }

  /** Everybody whom the view shows. */
  takeAll(instances: readonly Instance[], view: CatalogView, caller: Caller): void {
    this.#machines.takeAll(view.allMachines(caller));
    this.#instances.takeAll(instances);
  }

  /** Duty may have moved. */
  lookThrough(): void {
    this.#machines.lookThrough();
    this.#instances.lookThrough();
  }

  /** Whoever of them is meant knows it. */
  found(news: ProbeNews): void {
    this.#machines.found(news);
    this.#instances.found(news);
  }

  /** How the checks of an instance stand that are made here. */
  reports(ref: InstanceRef): Promise<Reports> {
    return this.#instances.reports(ref);
  }

  reportsOfMachine(ref: MachineRef): Promise<Reports> {
    return this.#machines.reports(ref);
  }

  async close(): Promise<void> {
    await Promise.all([this.#machines.close(), this.#instances.close()]);
  }
}

async function writeInstances({ writer, meters }: ProbedKindsOptions, found: readonly Findings<Instance>[]): Promise<void> {
  const { written, fenced } = await writer.write(found.map(({ subject, verdicts }) => verdictsOn(subject, verdicts)));
  for (const { act } of written) meters.verdicts[act].add();
  if (fenced) throw fencedError();
}

/** Machines are few: each has a commit of its own. What one of them keeps from being written keeps none of the others. */
async function writeMachines(options: ProbedKindsOptions, found: readonly Findings<Machine>[]): Promise<void> {
  const results = await Promise.allSettled(found.map(({ subject, verdicts }) => writeMachineVerdicts(options, subject, verdicts)));
  for (const result of results) if (result.status === 'fulfilled' && result.value) options.meters.verdicts.finding.add();
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  // By the fences, perhaps: then nothing will change that would have it looked at again.
  if (results.some((result) => result.status === 'fulfilled' && !result.value)) throw fencedError();
}
