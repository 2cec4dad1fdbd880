/**
 * Who is probed: instances and machines, by the same prober and the same rules; only their verdicts are written differently. And
 * instances that follow others: see aliases.ts.
 */
import type { CatalogView, Caller } from '../face.js';
import type { ChangeBatch } from '../view/feed.js';
import type { Instance } from '../catalog/instance.js';
import { refText } from '../records/keys.js';
import type { Machine, MachineRef } from '../catalog/machine.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { AliasSpec, CheckSpec, ProbeSpec } from '../probing/probe-spec.js';
import type { ProbeNews, ProbeOrder, ProbeReport } from '../probing/prober.js';
import { Aliases } from './aliases.js';
import { machineText } from './calling.js';
import { verdictsOn } from './judgement.js';
import { fencedError, type JudgementWriter } from './judgement-writer.js';
import { writeMachineVerdicts, type MachineHealthOptions } from './machine-health.js';
import type { AttendanceMeters } from './meters.js';
import { Probes, type Findings, type ProbeRunner, type ProbesOptions } from './probes.js';

export interface ProbedKindsOptions extends Pick<ProbesOptions<InstanceRef, Instance>, 'clock' | 'log' | 'isOurs'>, MachineHealthOptions {
  readonly runner: ProbeRunner;
  readonly view: CatalogView;
  readonly caller: Caller;
  readonly writer: JudgementWriter;
  readonly meters: AttendanceMeters;
}

/** By the ids of the checks. */
type Reports = ReadonlyMap<string, ProbeReport>;

export class ProbedKinds {
  readonly #instances: Probes<InstanceRef, Instance>;
  readonly #machines: Probes<MachineRef, Machine>;
  readonly #aliases: Aliases;
  readonly #options: ProbedKindsOptions;

  constructor(options: ProbedKindsOptions) {
    this.#options = options;
    this.#aliases = new Aliases({ ...options, tell: (news) => this.#instances.found(news) });
    const runner = runnerOf(options.runner, this.#aliases);
    this.#instances = new Probes({ ...options, runner, text: refText, write: (found) => writeInstances(options, found) });
    // Two parts where instances have three: nobody is called like one of the other kind.
    this.#machines = new Probes({ ...options, runner, text: machineText, write: (found) => writeMachines(options, found) });
  }

  takeBatch(batch: ChangeBatch): void {
    const { changes, machines } = batch;
    for (const { ref, current } of machines) this.#machines.take(ref, current);
    for (const { ref, current } of changes) this.#instances.take(ref, current);
    this.#aliases.takeBatch(batch);
  }

  /** Everybody whom the view shows. */
  takeAll(instances: readonly Instance[]): void {
    const { view, caller } = this.#options;
    this.#machines.takeAll(view.allMachines(caller));
    this.#instances.takeAll(instances);
    this.#aliases.lookThrough();
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

/** Two kinds of runners as one; what one of them does not know it does not miss. */
function runnerOf(prober: ProbeRunner, aliases: Aliases): ProbeRunner<CheckSpec> {
  return {
    order(order) {
      if (isAlias(order)) aliases.order(order);
      else prober.order(order as ProbeOrder<ProbeSpec>);
    },
    drop(key) {
      aliases.drop(key);
      prober.drop(key);
    },
    // Whoever follows asks nobody: there is nothing to tell beyond what the log says.
    reports: (keys) => prober.reports(keys),
  };
}

function isAlias(order: ProbeOrder<CheckSpec>): order is ProbeOrder<AliasSpec> {
  return order.spec.type === 'alias';
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
