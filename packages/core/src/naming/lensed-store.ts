/**
 * The log as registrar and attendance write to it: they know of records, and what stands elsewhere is seen to here, for every commit
 * alike, whoever makes it. While no key of others is a registration and nothing is shown as keys, it is the log itself.
 */
import type { Knowing, KnownRecords } from '../view/known-records.js';
import { recordKeyOf } from '../records/keys.js';
import { decodeIntentRecord } from '../records/intent-record.js';
import { decodeHealthRecord, decodeInstanceRecord, incarnationIn } from '../records/records.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { CatalogView } from '../face.js';
import type { CallOptions, Commit, CommitResult, Entry, Operation, Store } from '../ports/store.js';
import { COMMIT_OPERATIONS_MAX, fitsCommit } from '../store/commit-rules.js';
import { singleKey } from '../store/key-range.js';
import { StoreThrough } from '../store/store-through.js';
import type { ForeignClaims } from './foreign-claims.js';
import { lensed, type LensedSources } from './lensed-commit.js';
import { revisionsOf } from './showing.js';
import { CommitReading } from './touches.js';

export interface LensedStoreOptions {
  readonly store: Store;
  readonly claims: ForeignClaims;
  readonly catalog: Knowing;
  readonly view: Pick<CatalogView, 'machine'>;
  /** Behind which prefix instances are shown as keys; `null` while they are not. */
  readonly prefix: () => string | null;
  /** Sees to the keys of these, as of this revision; settles when they are right. */
  readonly project: (refs: readonly InstanceRef[], revision: number) => Promise<void>;
}

export function lensedStore(options: LensedStoreOptions): Store {
  return new LensedStore(options);
}

class LensedStore extends StoreThrough {
  readonly #options: LensedStoreOptions;

  constructor(options: LensedStoreOptions) {
    super(options.store);
    this.#options = options;
  }

  override commit(commit: Commit, call?: CallOptions): Promise<CommitResult> {
    const { claims, prefix } = this.#options;
    return claims.size === 0 && prefix() === null ? this.inner.commit(commit, call) : commitThrough(this.#options, commit, call);
  }
}

async function commitThrough(options: LensedStoreOptions, commit: Commit, call?: CallOptions): Promise<CommitResult> {
  const { store, claims, catalog, view } = options;
  const prefix = options.prefix();
  const reading = new CommitReading();
  const read = prefix === null ? nothingRead : await readDoubtful(options, commit, reading);
  const factsOf: LensedSources['factsOf'] = (ref, name) => read.get(name) ?? catalog.known(ref, name);
  const whole = lensed(commit, { reading, claims, view, prefix, factsOf });
  const missed: InstanceRef[] = [];
  if (whole.commit === commit || fitsCommit(whole.commit)) {
    const result = whole.restore(await store.commit(whole.commit, call), (ref) => missed.push(ref));
    if (missed.length > 0) await options.project(missed, result.revision);
    return result;
  }
  // Where there are too many for one commit, their keys follow in others, before anybody is told that it is done.
  const without = lensed(commit, { reading, claims, view, prefix: null, factsOf });
  const result = without.restore(await store.commit(without.commit, call), () => undefined);
  const refs = [...levelsOf(commit)].flatMap(({ then }) => [...reading.touches(then).values()].map(({ ref }) => ref));
  await options.project(refs, result.revision);
  return result;
}

const nothingRead: ReadonlyMap<string, KnownRecords> = new Map();

function* levelsOf(commit: Commit): Generator<Commit, undefined> {
  yield commit;
  for (const operation of commit.then) if (operation.type === 'commit') yield* levelsOf(operation);
  return undefined;
}

/** What the view does not say just as the commit takes it for granted is read. */
async function readDoubtful(
  { store, claims, catalog }: LensedStoreOptions,
  commit: Commit,
  reading: CommitReading,
): Promise<ReadonlyMap<string, KnownRecords>> {
  const doubtful = new Map<string, InstanceRef>();
  for (const { when, then } of levelsOf(commit)) {
    const touches = reading.touches(then);
    if (touches.size === 0) continue;
    const compared = reading.compared(when);
    for (const { ref, name } of touches.values()) if (!isCertain(catalog.known(ref, name), name, compared)) doubtful.set(name, ref);
  }
  if (doubtful.size === 0) return nothingRead;
  const read = new Map<string, KnownRecords>();
  const names = [...doubtful.keys()];
  for (let from = 0; from < names.length; from += READ_MAX) {
    const some = names.slice(from, from + READ_MAX);
    const gets = some.flatMap((name) => KINDS.map((kind): Operation => ({ type: 'get', range: singleKey(recordKeyOf(kind, name)) })));
    const through = lensed({ then: gets }, { reading, claims, view: { machine: () => undefined }, prefix: null, factsOf: () => null });
    const { results, revision } = through.restore(await store.commit(through.commit), () => undefined);
    for (const [at, name] of some.entries()) {
      const entries = KINDS.map((_, kind) => {
        const result = results[at * KINDS.length + kind];
        return result?.type === 'get' ? result.entries[0] : undefined;
      });
      read.set(name, knownIn(entries, revision));
    }
  }
  return read;
}

const KINDS = ['instances', 'health', 'intents'] as const;

/** Each is read in three pieces, of which the first may be in two places. */
const READ_MAX: number = Math.floor(COMMIT_OPERATIONS_MAX / (KINDS.length + 1));

function isCertain(known: KnownRecords | null, name: string, compared: ReadonlyMap<string, number>): boolean {
  if (known === null) return false;
  const revisions = revisionsOf(known);
  return KINDS.every((kind) => (compared.get(`/rollcall/${kind}/${name}`) ?? revisions[kind]) === revisions[kind]);
}

function knownIn([registration, health, intent]: readonly (Entry | undefined)[], viewRevision: number): KnownRecords {
  const record = registration === undefined ? null : decodeInstanceRecord(registration.value);
  const found = health === undefined ? null : decodeHealthRecord(health.value);
  return {
    viewRevision,
    registered:
      registration === undefined || record === null
        ? null
        : {
            ...record,
            incarnation: incarnationIn(record, registration.createRevision),
            createRevision: registration.createRevision,
            revision: registration.modRevision,
          },
    health:
      health === undefined || found === null
        ? null
        : { verdicts: found.verdicts, healthRevision: health.modRevision, held: found.heldSinceMs !== null },
    intent: intent === undefined ? null : decodeIntentRecord(intent.value),
    intentRevision: intent?.modRevision ?? 0,
  };
}
