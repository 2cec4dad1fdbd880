/**
 * Taking many instances out of the log in a single commit, which may hold few operations: neighbours in the log go together, as one
 * range, and what was said about some of them from outside is left as a departure leaves it.
 */
import type { Instance } from '../catalog/instance.js';
import { recordKeyOf, refText, type RecordKind } from '../records/keys.js';
import type { Knowing } from '../view/known-records.js';
import { encodeIntentRecord } from '../records/intent-record.js';
import { ServiceName } from '../catalog/names.js';
import type { CatalogView } from '../face.js';
import type { Compare, KeyRange, Operation } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import { departedIntent } from '../registrar/departure.js';
import { NAMING } from './naming-record.js';

export interface LeavingSources {
  readonly catalog: Knowing;
  readonly view: Pick<CatalogView, 'instances' | 'revision'>;
  readonly wallNowMs: number;
}

export interface Leaving {
  readonly operations: readonly Operation[];
  /** They are as the view shows them, and nobody came between them. */
  readonly guards: readonly Compare[];
}

export function leavingOperations(leaving: readonly Instance[], sources: LeavingSources): Leaving {
  const operations: Operation[] = [];
  const guards: Compare[] = [];
  for (const run of runsOf(leaving, sources.view)) {
    for (const kind of ['instances', 'health'] as const) {
      const range = rangeOf(kind, run);
      operations.push({ type: 'delete', range });
      guards.push({ range, target: 'mod', is: '<', operand: sources.view.revision + 1 });
    }
  }
  for (const instance of leaving) operations.push(...intentOperations(instance, sources));
  return { operations, guards };
}

function intentOperations(instance: Instance, { catalog, wallNowMs }: LeavingSources): readonly Operation[] {
  if (instance.intentRevision === 0) return [];
  const name = refText(instance);
  const said = catalog.known(instance, name)?.intent ?? null;
  const left = said && departedIntent(said, wallNowMs);
  const key = recordKeyOf('intents', name);
  return [left === null ? { type: 'delete', range: singleKey(key) } : { type: 'put', key, value: encodeIntentRecord(left) }];
}

/** Neighbours among the instances of their services, in the order of their keys. */
function runsOf(leaving: readonly Instance[], view: LeavingSources['view']): readonly (readonly string[])[] {
  const services = new Map<string, Instance>();
  for (const instance of leaving) services.set(`${instance.namespace}/${ServiceName.fold(instance.service)}`, instance);
  const names = new Set(leaving.map(refText));
  const runs: string[][] = [];
  for (const { namespace, service } of services.values()) {
    let run: string[] | null = null;
    for (const name of view.instances(namespace, service, NAMING).map(refText).sort()) {
      if (!names.has(name)) run = null;
      else if (run === null) runs.push((run = [name]));
      else run.push(name);
    }
  }
  return runs;
}

function rangeOf(kind: RecordKind, run: readonly string[]): KeyRange {
  const [first = '', last = first] = [run[0], run.at(-1)];
  return { from: recordKeyOf(kind, first), to: singleKey(recordKeyOf(kind, last)).to };
}
