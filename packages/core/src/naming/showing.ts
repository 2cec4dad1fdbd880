/** How a commit changes the key that an instance is shown as: from what was known of it before, and what the commit writes. */
import { bornCircumstances, instanceOf, isInRotation } from '../catalog/instance.js';
import { decodeIntentRecord } from '../records/intent-record.js';
import { recordKeyOf, refText, type RecordKind } from '../records/keys.js';
import type { KnownRecords } from '../view/known-records.js';
import { writtenRecord } from '../records/just-written.js';
import { Namespace } from '../catalog/names.js';
import { decodeHealthRecord, decodeInstanceRecord } from '../records/records.js';
import type { Bytes, Compare, Operation } from '../ports/store.js';
import { compareBytes } from '../store/bytes.js';
import { singleKey } from '../store/key-range.js';
import { documentOf } from './endpoint-lens.js';
import type { LensedSources } from './lensed-commit.js';
import { projectedKey } from './naming-keys.js';
import { NAMING } from './naming-record.js';
import type { Touch } from './touches.js';

export interface Around {
  readonly compared: ReadonlyMap<string, number>;
  /** It is a key of somebody else's, until this commit. */
  readonly isKey: boolean;
  readonly sources: LensedSources;
}

/** How the key changes that an instance is shown as; `null` if it does not. Never by touching what is not the registry's. */
export function showing(
  touch: Touch,
  facts: KnownRecords,
  { compared, isKey, sources }: Around,
): { readonly key: Bytes; readonly operation: Operation; readonly isOverwriting: boolean } | null {
  const { prefix, claims, view } = sources;
  if (prefix === null || touch.ref.namespace !== Namespace.default) return null;
  const before = isKey ? null : shownDocument(facts, view);
  const after = shownDocument(afterwards(facts, touch), view);
  if (before === null ? after === null : after !== null && compareBytes(before, after) === 0) return null;
  const key = projectedKey(prefix, touch.ref);
  const claimed = claims.under(key);
  const put: Operation | null = after === null ? null : { type: 'put', key, value: after };
  if (claimed !== undefined && isKey && put !== null && refText(claimed.ref) === touch.name)
    return { key, operation: put, isOverwriting: true };
  if (claimed !== undefined) return null;
  const range = singleKey(key);
  const when: Compare[] = [
    before === null ? { range, target: 'version', is: '=', operand: 0 } : { range, target: 'value', is: '=', operand: before },
    ...fencesOf(touch.name, facts, compared),
  ];
  return { key, operation: { type: 'commit', when, then: [put ?? { type: 'delete', range }] }, isOverwriting: false };
}

/** What the level does not take for granted itself. */
function fencesOf(name: string, facts: KnownRecords, compared: ReadonlyMap<string, number>): readonly Compare[] {
  const revisions = revisionsOf(facts);
  return (['instances', 'health', 'intents'] as const).flatMap((kind): readonly Compare[] => {
    if (compared.get(`/rollcall/${kind}/${name}`) === revisions[kind]) return [];
    return [{ range: singleKey(recordKeyOf(kind, name)), target: 'mod', is: '=', operand: revisions[kind] }];
  });
}

export function revisionsOf({ registered, health, intentRevision }: KnownRecords): Readonly<Record<RecordKind, number>> {
  return { instances: registered?.revision ?? 0, health: health?.healthRevision ?? 0, intents: intentRevision };
}

function afterwards(facts: KnownRecords, { writes }: Touch): KnownRecords {
  const registered = writes.instances === undefined ? facts.registered : registeredIn(writes.instances, facts);
  const health = writes.health === undefined ? facts.health : healthIn(writes.health);
  return {
    ...facts,
    registered,
    health,
    intent: writes.intents === undefined ? facts.intent : writes.intents && decodeIntentRecord(writes.intents),
  };
}

function registeredIn(value: Bytes | null, { registered }: KnownRecords): KnownRecords['registered'] {
  const record = value && (writtenRecord(value) ?? decodeInstanceRecord(value));
  return record && { ...record, createRevision: registered?.createRevision ?? 0, revision: 0 };
}

function healthIn(value: Bytes | null): KnownRecords['health'] {
  const record = value && decodeHealthRecord(value);
  return record && { verdicts: record.verdicts, healthRevision: 0, held: record.heldSinceMs !== null };
}

/** `null` where it is not in rotation, or has no address. */
function shownDocument(
  { registered, health, intent }: Omit<KnownRecords, 'viewRevision' | 'intentRevision'>,
  view: LensedSources['view'],
): Bytes | null {
  if (registered === null) return null;
  const { namespace, machine: name } = registered;
  const machine = name === null ? null : (view.machine({ namespace, name }, NAMING) ?? null);
  const instance = instanceOf(registered, { ...bornCircumstances, ...health, intent, machine });
  return isInRotation(instance) ? documentOf(instance) : null;
}
