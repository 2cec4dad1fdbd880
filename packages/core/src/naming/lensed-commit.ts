/**
 * A commit that speaks of registrations, made to speak of the keys where they stand: some are keys of others, and those that are not
 * may be shown as keys of etcd's naming layout, which change in the very commit that changes whether they are in rotation.
 *
 * What is written about an instance that is a key hangs on that key's lease, so that it ends with it. Whoever registers such an
 * instance takes it over: its key goes. Whoever takes it out takes all keys out that claim to be it.
 */
import { recordKeyOf, type RecordKind } from '../records/keys.js';
import type { KnownRecords } from '../view/known-records.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { CatalogView } from '../face.js';
import {
  NO_LEASE,
  type Bytes,
  type Commit,
  type CommitResult,
  type Compare,
  type Entry,
  type GetOperation,
  type Operation,
  type OperationResult,
} from '../ports/store.js';
import { toText } from '../store/bytes.js';
import { singleKey } from '../store/key-range.js';
import type { Claimed } from './claim.js';
import { winnerOf, type ForeignClaims } from './foreign-claims.js';
import { showing } from './showing.js';
import { recordOf, single, type CommitReading, type Touch } from './touches.js';

export interface LensedSources {
  readonly reading: CommitReading;
  readonly claims: ForeignClaims;
  readonly view: Pick<CatalogView, 'machine'>;
  /** Behind which prefix instances are shown as keys; `null` while they are not. */
  readonly prefix: string | null;
  /** What was known of an instance before the commit; `null` where that is not known. */
  readonly factsOf: (ref: InstanceRef, name: string) => KnownRecords | null;
}

export interface Lensed {
  readonly commit: Commit;
  /** What whoever made the commit is to see; `missed` is told of those whose keys have to be seen to. */
  restore(result: CommitResult, missed: (ref: InstanceRef) => void): CommitResult;
}

/** The same object again where there is nothing to change. */
export function lensed(commit: Commit, sources: LensedSources): Lensed {
  const touches = sources.reading.touches(commit.then);
  const then = branchOf(commit.then, touches, sources, extrasOf(commit, touches, sources));
  const otherwise = branchOf(commit.else ?? [], none, sources, nothing);
  const when = commit.when?.flatMap((compare) => comparesFor(compare, sources));
  if (!then.isChanged && !otherwise.isChanged && when?.length === commit.when?.length) return { commit, restore: (result) => result };
  return {
    commit: {
      ...commit,
      ...(when === undefined ? {} : { when }),
      then: then.operations,
      ...(commit.else === undefined ? {} : { else: otherwise.operations }),
    },
    restore: (result, missed) => ({ ...result, results: (result.succeeded ? then : otherwise).restore(result.results, missed) }),
  };
}

const none: ReadonlyMap<string, Touch> = new Map();

/** What a level does beside what it was made to do. */
interface Extras {
  readonly operations: readonly Operation[];
  /** For each: whose key it sees to; `null` where nothing can come of it. */
  readonly refs: readonly (InstanceRef | null)[];
  /** Keys that are written over, and so not deleted. */
  readonly overwritten: ReadonlySet<string>;
}

const nothing: Extras = { operations: [], refs: [], overwritten: new Set() };

interface Branch {
  readonly operations: readonly Operation[];
  readonly isChanged: boolean;
  restore(results: readonly OperationResult[], missed: (ref: InstanceRef) => void): readonly OperationResult[];
}

interface Piece {
  readonly operations: readonly Operation[];
  restore(results: readonly OperationResult[], missed: (ref: InstanceRef) => void): OperationResult;
}

function branchOf(operations: readonly Operation[], touches: ReadonlyMap<string, Touch>, sources: LensedSources, extras: Extras): Branch {
  const pieces = operations.map((operation) => pieceOf(operation, touches, sources, extras.overwritten));
  const isChanged =
    extras.operations.length > 0 || pieces.some((piece, at) => piece.operations.length !== 1 || piece.operations[0] !== operations[at]);
  return {
    operations: isChanged ? [...pieces.flatMap((piece) => piece.operations), ...extras.operations] : operations,
    isChanged,
    restore(results, missed) {
      if (!isChanged) return results;
      let at = 0;
      const restored = pieces.map((piece) => piece.restore(results.slice(at, (at += piece.operations.length)), missed));
      for (const [place, ref] of extras.refs.entries()) {
        const result = results[at + place];
        if (ref !== null && result?.type === 'commit' && !result.succeeded) missed(ref);
      }
      return restored;
    },
  };
}

function pieceOf(
  operation: Operation,
  touches: ReadonlyMap<string, Touch>,
  sources: LensedSources,
  overwritten: ReadonlySet<string>,
): Piece {
  if (operation.type === 'commit') {
    const inner = lensed(operation, sources);
    return {
      operations: [inner.commit === operation ? operation : { ...inner.commit, type: 'commit' }],
      restore: ([result], missed) =>
        result?.type === 'commit' ? { type: 'commit', ...inner.restore(result, missed) } : (result as OperationResult),
    };
  }
  const key = operation.type === 'put' ? operation.key : single(operation.range);
  const record = sources.claims.size === 0 || key === null ? null : recordOf(key);
  const claimed = record === null ? undefined : sources.claims.of(record.name);
  if (record === null || claimed === undefined) return asItIs(operation);
  if (operation.type === 'get')
    return record.kind === 'instances' ? gets(operation, record.name, claimed, sources.claims) : asItIs(operation);
  if (record.kind !== 'instances')
    return asItIs(operation.type === 'put' ? leased(operation, touches.get(record.name), claimed) : operation);
  if (operation.type === 'put' && claimed.isRegistered) return asItIs(operation);
  const keys = claimed.claims.map((claim) => claim.key).filter((one) => !overwritten.has(toText(one)));
  return { ...asItIs(operation), operations: [operation, ...keys.map(deletion)] };
}

function asItIs(operation: Operation): Piece {
  return { operations: [operation], restore: ([result]) => result as OperationResult };
}

function deletion(key: Bytes): Operation {
  return { type: 'delete', range: singleKey(key) };
}

/** What is written about an instance that is a key, and goes on being one, ends with it. */
function leased(operation: Operation & { readonly type: 'put' }, touch: Touch | undefined, claimed: Claimed): Operation {
  const winner = winnerOf(claimed);
  if (winner === null || winner.lease === NO_LEASE || touch?.writes.instances !== undefined) return operation;
  return { ...operation, lease: winner.lease };
}

/** A registration is read where it stands: with the registry itself, or else under the key that counts. */
function gets(operation: GetOperation, name: string, { claims }: Claimed, all: ForeignClaims): Piece {
  const [first] = claims;
  if (first === undefined) return asItIs(operation);
  return {
    operations: [operation, { ...operation, range: singleKey(first.key) }],
    restore([own, raw]) {
      if (own?.type !== 'get' || raw?.type !== 'get' || own.entries.length > 0) return own as OperationResult;
      return { ...own, entries: raw.entries.flatMap((entry) => asRecord(entry, name, operation.keysOnly === true, all) ?? []) };
    },
  };
}

function asRecord(entry: Entry, name: string, isKeyOnly: boolean, claims: ForeignClaims): Entry | null {
  const key = recordKeyOf('instances', name);
  if (isKeyOnly) return { ...entry, key };
  const found = claims.read(entry);
  return found === null ? null : { ...entry, key, value: found.record };
}

/** What is said of a registration is said of the key that it is; and that no other one stands in its place. */
function comparesFor(compare: Compare, { claims }: LensedSources): readonly Compare[] {
  const key = claims.size === 0 ? null : single(compare.range);
  const record = key === null ? null : recordOf(key);
  const claimed = record?.kind === 'instances' ? claims.of(record.name) : undefined;
  const winner = claimed === undefined ? null : winnerOf(claimed);
  if (winner === null) return [compare];
  return [
    { ...compare, range: singleKey(winner.key) },
    { range: compare.range, target: 'mod', is: '=', operand: 0 },
  ];
}

function extrasOf({ when }: Commit, touches: ReadonlyMap<string, Touch>, sources: LensedSources): Extras {
  if (touches.size === 0) return nothing;
  const compared = sources.reading.compared(when);
  const operations: Operation[] = [];
  const refs: (InstanceRef | null)[] = [];
  const overwritten = new Set<string>();
  for (const touch of touches.values()) {
    const facts = sources.factsOf(touch.ref, touch.name);
    const claimed = sources.claims.of(touch.name);
    const isKey = claimed !== undefined && winnerOf(claimed) !== null;
    if (isKey && touch.writes.instances === undefined) continue;
    if (facts === null) continue;
    if (isKey && touch.writes.instances !== null)
      for (const kept of keptOf(touch, facts)) {
        operations.push(kept);
        refs.push(null);
      }
    const shown = showing(touch, facts, { compared, isKey, sources });
    if (shown === null) continue;
    operations.push(shown.operation);
    refs.push(touch.ref);
    if (shown.isOverwriting) overwritten.add(toText(shown.key));
  }
  return operations.length === 0 ? nothing : { operations, refs, overwritten };
}

/** What was said about a key that is taken over hangs on its lease no more. */
function keptOf({ name, writes }: Touch, { health, intentRevision }: KnownRecords): readonly Operation[] {
  const kinds: readonly RecordKind[] = [
    ...(health !== null && writes.health === undefined ? ['health' as const] : []),
    ...(intentRevision > 0 && writes.intents === undefined ? ['intents' as const] : []),
  ];
  return kinds.map((kind) => ({ type: 'put', key: recordKeyOf(kind, name), value: 'keep' }));
}
