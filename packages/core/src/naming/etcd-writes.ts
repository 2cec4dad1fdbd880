/** What a commit of an etcd client means for instances: what is done beside it, what has to hold for that, and what is refused. Pure. */
import { demandRight } from '../access/judge.js';
import type { Instance } from '../catalog/instance.js';
import { kindRangeOf, recordKeyOf, refText } from '../records/keys.js';
import type { Knowing } from '../view/known-records.js';
import { Namespace } from '../catalog/names.js';
import type { InstanceRef } from '../catalog/registration.js';
import { RollcallError } from '../errors.js';
import type { Caller, CatalogView } from '../face.js';
import { NO_LEASE, type Bytes, type Commit, type Compare, type KeyRange, type Operation, type PutOperation } from '../ports/store.js';
import { isSingleKey, singleKey, textRangeHolds, toTextRange, type TextRange } from '../store/key-range.js';
import { toText } from '../store/bytes.js';
import { parseDocument } from './endpoint-document.js';
import { registrationOf } from './endpoint-lens.js';
import type { Claimed } from './claim.js';
import { winnerOf, type ForeignClaims } from './foreign-claims.js';
import { leavingOperations } from './leaving.js';
import { projectedKey, projectedRange, projectedRef, refUnder } from './naming-keys.js';
import { NAMING } from './naming-record.js';

export interface NamingSources {
  readonly claims: ForeignClaims;
  readonly catalog: Knowing;
  readonly view: CatalogView;
  /** Behind which prefix instances are shown as keys; `null` while they are not. */
  readonly prefix: () => string | null;
  readonly caller: Caller;
  readonly wallNowMs: number;
}

export interface WritePlan {
  readonly commit: Commit;
  /** What has to hold, whatever the commit itself depends on. */
  readonly guards: readonly Compare[];
}

/** `null`: nothing of it concerns an instance, which is so for nearly all. Throws `forbidden` or `unauthenticated`. */
export function planWrites(commit: Commit, sources: NamingSources): WritePlan | null {
  const guards: Compare[] = [];
  const planned = level(commit, sources, guards);
  return planned === commit && guards.length === 0 ? null : { commit: planned, guards };
}

function level(commit: Commit, sources: NamingSources, guards: Compare[]): Commit {
  const then = branch(commit.then, sources, guards);
  const otherwise = commit.else === undefined ? undefined : branch(commit.else, sources, guards);
  if (then === commit.then && otherwise === commit.else) return commit;
  return { ...commit, then, ...(otherwise === undefined ? {} : { else: otherwise }) };
}

/** What is done beside comes last, so that the results of the client's own operations come first. */
function branch(operations: readonly Operation[], sources: NamingSources, guards: Compare[]): readonly Operation[] {
  const beside: Operation[] = [];
  const done = new Set<string>();
  const own = operations.map((operation): Operation => {
    if (operation.type === 'put') beside.push(...besidePut(operation, sources, guards));
    if (operation.type === 'delete') beside.push(...besideDelete(operation.range, sources, guards, done));
    if (operation.type !== 'commit') return operation;
    const inner = level(operation, sources, guards);
    return inner === operation ? operation : { ...inner, type: 'commit' };
  });
  const isSame = beside.length === 0 && own.every((operation, at) => operation === operations[at]);
  return isSame ? operations : [...own, ...beside];
}

function besidePut({ key, value, lease = NO_LEASE }: PutOperation, sources: NamingSources, guards: Compare[]): readonly Operation[] {
  const { claims, caller, view } = sources;
  demandFree(key, sources);
  if (!claims.holds(key)) return [];
  const known = claims.under(key);
  const ref = value === 'keep' ? (known?.ref ?? null) : documentRef(key, value, claims);
  if (ref === null) {
    if (known === undefined) return [];
    demandRight(caller, 'write', known.ref);
    return afterKey(known, key, sources);
  }
  demandRight(caller, 'write', ref);
  const name = refText(ref);
  const claimed = claims.of(name);
  const winner = claimed === undefined ? null : winnerOf(claimed);
  if (winner === null && view.instance(ref, NAMING) !== undefined) throw registeredOtherwise(ref);
  // Nobody registers it with the registry meanwhile.
  guards.push({ range: singleKey(recordKeyOf('instances', name)), target: 'version', is: '=', operand: 0 });
  if (claimed === undefined || winner === null || !counts(claimed, key) || lease === 'keep' || lease === winner.lease) return [];
  return withLease(ref, name, lease, sources);
}

/** What was said about an instance ends with its key: it moves to the lease that the key hangs on from now on. */
function withLease(ref: InstanceRef, name: string, lease: bigint, { catalog }: NamingSources): readonly Operation[] {
  const known = catalog.known(ref, name);
  if (known === null) return [];
  const kinds = [...(known.health === null ? [] : ['health' as const]), ...(known.intentRevision === 0 ? [] : ['intents' as const])];
  return kinds.map((kind): Operation => {
    const key = recordKeyOf(kind, name);
    const isThere: Compare = { range: singleKey(key), target: 'version', is: '>', operand: 0 };
    return { type: 'commit', when: [isThere], then: [{ type: 'put', key, value: 'keep', lease }] };
  });
}

function documentRef(key: Bytes, value: Bytes, { scope }: ForeignClaims): InstanceRef | null {
  const ref = refUnder(key, scope);
  const document = ref === null ? null : parseDocument(value);
  if (ref === null || document === null || document.isProjected) return null;
  return registrationOf(ref, document) === null ? null : ref;
}

/** Throws where an instance of another face is shown under this key. */
function demandFree(key: Bytes, { prefix, claims, view }: NamingSources): void {
  const shownBehind = prefix();
  const ref = shownBehind === null ? null : projectedRef(key, shownBehind);
  const instance = ref === null ? undefined : view.instance(ref, NAMING);
  if (instance === undefined || ref === null) return;
  const claimed = claims.of(refText(ref));
  if (claimed === undefined || winnerOf(claimed) === null) throw registeredOtherwise(ref);
}

function registeredOtherwise({ service, id }: InstanceRef): RollcallError {
  return new RollcallError(
    'forbidden',
    `The instance ${JSON.stringify(id)} of ${service} is registered with the registry itself: its key follows from that, and cannot be put. ` +
      'Deleting the key deregisters it; then the key can be put.',
    { service, id },
  );
}

function besideDelete(range: KeyRange, sources: NamingSources, guards: Compare[], done: Set<string>): readonly Operation[] {
  const { claims } = sources;
  const operations: Operation[] = [];
  for (const { claimed, key } of claimedIn(range, claims)) {
    const name = refText(claimed.ref);
    demandRight(sources.caller, 'write', claimed.ref);
    if (done.has(name) || !counts(claimed, key)) continue;
    done.add(name);
    operations.push(...afterKey(claimed, key, sources));
  }
  const leaving = shownIn(range, sources, guards).filter((instance) => !done.has(refText(instance)));
  for (const instance of leaving) {
    demandRight(sources.caller, 'write', instance);
    done.add(refText(instance));
  }
  if (leaving.length > 0) {
    const beside = leavingOperations(leaving, sources);
    operations.push(...beside.operations);
    guards.push(...beside.guards);
  }
  return operations;
}

/** What was found and said about an instance that is this key no more; a claim that waited for it may take its place. */
function afterKey(claimed: Claimed, key: Bytes, { catalog, view, wallNowMs }: NamingSources): readonly Operation[] {
  const name = refText(claimed.ref);
  const known = catalog.known(claimed.ref, name);
  const instance = view.instance(claimed.ref, NAMING);
  if (!counts(claimed, key) || claimed.claims.length > 1 || known === null || instance === undefined) return [];
  if (known.health === null && known.intentRevision === 0) return [];
  // The key itself is gone already; and if it is not, these are the same keys deleted twice.
  return leavingOperations([instance], { catalog, view, wallNowMs }).operations;
}

/** It is this key that is the instance. */
function counts(claimed: Claimed, key: Bytes): boolean {
  const winner = winnerOf(claimed);
  return winner?.isUnder(key) === true;
}

function* claimedIn(range: KeyRange, claims: ForeignClaims): Iterable<{ readonly claimed: Claimed; readonly key: Bytes }> {
  if (claims.size === 0) return;
  if (isSingleKey(range)) {
    const claimed = claims.under(range.from);
    if (claimed !== undefined) yield { claimed, key: range.from };
    return;
  }
  const text = toTextRange(range);
  for (const claimed of claims.all()) {
    for (const claim of claimed.claims) if (textRangeHolds(text, claim.path)) yield { claimed, key: claim.key };
  }
}

/** Instances of other faces whose keys lie in a range. */
function shownIn(range: KeyRange, { prefix, claims, view }: NamingSources, guards: Compare[]): readonly Instance[] {
  const shownBehind = prefix();
  if (shownBehind === null) return [];
  const isShown = (instance: Instance): boolean => {
    const claimed = claims.size === 0 ? undefined : claims.of(refText(instance));
    return (claimed === undefined || winnerOf(claimed) === null) && inRotationThere(instance);
  };
  if (isSingleKey(range)) {
    const ref = projectedRef(range.from, shownBehind);
    const instance = ref === null ? undefined : view.instance(ref, NAMING);
    return instance !== undefined && isShown(instance) ? [instance] : [];
  }
  const text = toTextRange(range);
  const services = view
    .services(Namespace.default, NAMING)
    .filter(({ service }) => doOverlap(text, toTextRange(projectedRange(shownBehind, service))));
  for (const { service } of services) {
    // Nobody registers there meanwhile: his key would go, and he would not.
    guards.push({ range: kindRangeOf('instances', Namespace.default, service), target: 'mod', is: '<', operand: view.revision + 1 });
  }
  return services
    .flatMap(({ service }) => view.instances(Namespace.default, service, NAMING))
    .filter((instance) => textRangeHolds(text, toText(projectedKey(shownBehind, instance))) && isShown(instance));
}

/** Its key is there. */
function inRotationThere({ mode, health }: Instance): boolean {
  return mode === 'in' && (health === 'passing' || health === 'warning');
}

function doOverlap(one: TextRange, other: TextRange): boolean {
  return (one.to === null || other.from < one.to) && (other.to === null || one.from < other.to);
}
