/**
 * The log without what the registry keeps in it for itself. Who asks for keys of it by name may read them, and nobody may write them;
 * to everybody else they are not there: no range that begins elsewhere shows, counts, deletes or tells of any.
 */
import {
  compareBytes,
  fromText,
  isSingleKey,
  keyOf,
  keysUnder,
  RollcallError,
  StoreThrough,
  textRangeHoldsBytes,
  toTextRange,
  type Bytes,
  type CallOptions,
  type Change,
  type Commit,
  type CommitResult,
  type KeyRange,
  type Lease,
  type LeaseId,
  type Operation,
  type OperationResult,
  type RangeRequest,
  type RangeResult,
  type RevisionBatch,
  type Store,
  type TextRange,
  type Watch,
  type WatchRequest,
} from '@rollcall/core';
import { compareAround } from './compare-around.js';

/** `/rollcall` itself too: before an etcd, that is where a registry marks which log it is. */
const hidden: KeyRange & { readonly to: Bytes } = { from: fromText('/rollcall'), to: fromText('/rollcall0') };

/** Who holds a lease on one of these is a node of the registry. */
const nodesRange: KeyRange = keysUnder(fromText('/rollcall/nodes/'));
const nodesTextRange: TextRange = toTextRange(nodesRange);

export class HiddenStore extends StoreThrough {
  override async range(request: RangeRequest, options?: CallOptions): Promise<RangeResult> {
    const [first, second] = around(request.range);
    if (second === undefined) return this.inner.range(first === request.range ? request : { ...request, range: first }, options);
    const before = await this.inner.range({ ...request, range: first }, options);
    const behind = await this.inner.range(
      { ...restOf(request, before), range: second, revision: request.revision ?? before.revision },
      options,
    );
    return merged(before, behind);
  }

  override async commit(commit: Commit, options?: CallOptions): Promise<CommitResult> {
    const plan = planOf(commit);
    const result = await this.inner.commit(plan.commit, options);
    return plan.commit === commit ? result : resultOf(commit, result);
  }

  override watch(request: WatchRequest, sink: Parameters<Store['watch']>[1]): Watch {
    if (around(request.range)[0] === request.range) return this.inner.watch(request, sink);
    return this.inner.watch(request, {
      next: (batch) => {
        const shown = shownOf(batch);
        return shown === null ? undefined : sink.next(shown);
      },
      ended: (reason) => sink.ended(reason),
    });
  }

  override async revokeLease(id: LeaseId): Promise<{ readonly revision: number }> {
    const { keys } = await this.inner.lease(id);
    if (keys.some(isOfNode)) throw readOnly('This lease is that of a node of the registry');
    return this.inner.revokeLease(id);
  }

  override async lease(id: LeaseId): Promise<Lease> {
    const lease = await this.inner.lease(id);
    return lease.keys.some(isHidden) ? { ...lease, keys: lease.keys.filter((key) => !isHidden(key)) } : lease;
  }

  /** Without those of the registry's nodes. */
  override async leases(): Promise<readonly LeaseId[]> {
    const [all, nodes] = await Promise.all([this.inner.leases(), this.inner.range({ range: nodesRange, keysOnly: true })]);
    const ofNodes = new Set(nodes.entries.map(({ lease }) => lease));
    return all.filter((id) => !ofNodes.has(id));
  }

  /** It is not ours. */
  override async close(): Promise<void> {
    return undefined;
  }
}

export function isHidden(key: Bytes): boolean {
  return compareBytes(key, hidden.from) >= 0 && compareBytes(key, hidden.to) < 0;
}

function isOfNode(key: Bytes): boolean {
  return textRangeHoldsBytes(nodesTextRange, key);
}

/** What of a range is shown: the range itself, or what lies before and behind what is hidden. */
function around(range: KeyRange): readonly [KeyRange, KeyRange?] {
  const { from, to } = range;
  if (isSingleKey(range) || compareBytes(from, hidden.from) >= 0) return [range];
  if (to !== null && compareBytes(to, hidden.from) <= 0) return [range];
  const before = { from, to: hidden.from };
  return to !== null && compareBytes(to, hidden.to) <= 0 ? [before] : [before, { from: hidden.to, to }];
}

function restOf(request: RangeRequest, { entries }: RangeResult): RangeRequest {
  return request.limit === undefined ? request : { ...request, limit: request.limit - entries.length };
}

function merged(before: RangeResult, behind: RangeResult): RangeResult {
  const counted = before.count === undefined ? {} : { count: before.count + (behind.count ?? 0) };
  return { revision: before.revision, entries: [...before.entries, ...behind.entries], more: before.more || behind.more, ...counted };
}

/** Kept, so that all who watch the same are told the very same batch. */
const shownBatches = new WeakMap<RevisionBatch, RevisionBatch | null>();

function shownOf(batch: RevisionBatch): RevisionBatch | null {
  const known = shownBatches.get(batch);
  if (known !== undefined) return known;
  const changes = batch.changes.filter((change: Change) => !isHidden(keyOf(change)));
  const shown = changes.length === batch.changes.length ? batch : changes.length === 0 ? null : { revision: batch.revision, changes };
  shownBatches.set(batch, shown);
  return shown;
}

interface Plan {
  readonly commit: Commit;
}

/** The very same commit where nothing of it reaches across what is hidden. Throws where it writes there. */
function planOf(commit: Commit): Plan {
  const then = operationsOf(commit.then);
  const otherwise = commit.else === undefined ? undefined : operationsOf(commit.else);
  const when = commit.when?.flatMap((compare) => compareAround(compare, around(compare.range)));
  const isSame =
    then === commit.then &&
    otherwise === commit.else &&
    when?.length === commit.when?.length &&
    (when ?? []).every((one, at) => one === commit.when?.[at]);
  if (isSame) return { commit };
  return { commit: { then, ...(when === undefined ? {} : { when }), ...(otherwise === undefined ? {} : { else: otherwise }) } };
}

function operationsOf(operations: readonly Operation[]): readonly Operation[] {
  const planned = operations.flatMap(operationOf);
  return planned.length === operations.length && planned.every((one, at) => one === operations[at]) ? operations : planned;
}

function operationOf(operation: Operation): readonly Operation[] {
  switch (operation.type) {
    case 'put':
      if (isHidden(operation.key)) throw readOnly('What lies there is the registry’s own');
      return [operation];
    case 'delete':
      if (isHidden(operation.range.from)) throw readOnly('What lies there is the registry’s own');
      return partsOf(operation);
    case 'get':
      return partsOf(operation);
    case 'commit': {
      const { commit } = planOf(operation);
      return [commit === operation ? operation : { type: 'commit', ...commit }];
    }
  }
}

/** One for each part of its range; the parts of a get share no limit, so each is read as far as all of it may be. */
function partsOf<Ranged extends Operation & { readonly range: KeyRange }>(operation: Ranged): readonly Ranged[] {
  const parts = around(operation.range);
  if (parts[0] === operation.range) return [operation];
  return parts.filter((range) => range !== undefined).map((range) => ({ ...operation, range }));
}

function resultOf(commit: Commit, result: CommitResult): CommitResult {
  const operations = result.succeeded ? commit.then : (commit.else ?? []);
  const rest = result.results.values();
  return { ...result, results: operations.map((operation) => operationResult(operation, rest)) };
}

function operationResult(operation: Operation, rest: Iterator<OperationResult>): OperationResult {
  const first = rest.next().value as OperationResult;
  if (operation.type === 'commit' && first.type === 'commit') return { type: 'commit', ...resultOf(operation, first) };
  const isApart = (operation.type === 'get' || operation.type === 'delete') && around(operation.range)[1] !== undefined;
  if (!isApart) return first;
  const second = rest.next().value as OperationResult;
  if (first.type === 'delete' && second.type === 'delete') return { type: 'delete', previous: [...first.previous, ...second.previous] };
  if (first.type === 'get' && second.type === 'get')
    return { type: 'get', ...cut(merged(first, second), operation.type === 'get' ? operation.limit : undefined) };
  return first;
}

function cut(result: RangeResult, limit: number | undefined): RangeResult {
  if (limit === undefined || result.entries.length <= limit) return result;
  return { ...result, entries: result.entries.slice(0, limit), more: true };
}

function readOnly(why: string): RollcallError {
  return new RollcallError('forbidden', `${why}; it is changed through the registry, and can be read here.`);
}
