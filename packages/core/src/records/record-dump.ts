/**
 * What a view is made of, as records again, so that the view can be made again where the log is away. Read while the log
 * goes on: so what the log brings meanwhile is collected beside it, and laid over what was read. What is not in the view
 * (fields that this program does not understand) is not in here either: this is nothing to be written into a log.
 */
import { toText } from '../store/bytes.js';
import { putBack, type EncodedBatch, type EncodedRecord } from './encoded.js';
import { encodeGuardRecord, guardKey, idleGuard } from './guard-record.js';
import type { Instance, Registered } from '../catalog/instance.js';
import { encodeIntentRecord } from './intent-record.js';
import { namedKey, recordKeyOf, refText } from './keys.js';
import type { HealthPart } from '../view/intent-table.js';
import { encodeNamingRecord, namingKey, noNaming } from '../naming/naming-record.js';
import type { RecordState } from '../view/record-state.js';
import { encodeHealthRecord, encodeRegistered } from './records.js';
import { encodeServiceRecord } from './service-record.js';

/** What came while it was read. With more of it than this, it is better begun again when there is more peace. */
const CHANGED_RECORDS_MAX = 200_000;

const PAGE_RECORDS = 64;

/** In small pages, which take a fraction of a millisecond each; between two of them the state may change. */
export class RecordDump {
  #state: RecordState | null;
  readonly #changed = new Map<string, EncodedRecord>();

  constructor(state: RecordState) {
    this.#state = state;
  }

  /** What the log brings in the meantime. */
  take({ records }: EncodedBatch): void {
    if (this.isVoid) return;
    for (const record of records) this.#changed.set(toText(record.key), record);
    if (this.#changed.size > CHANGED_RECORDS_MAX) this.cancel();
  }

  /** It is of no use any more, and holds nothing. */
  cancel(): void {
    this.#state = null;
    this.#changed.clear();
  }

  get isVoid(): boolean {
    return this.#state === null;
  }

  *pages(recordsPerPage: number = PAGE_RECORDS): Generator<readonly EncodedRecord[], undefined> {
    if (this.#state === null) return undefined;
    for (const page of pagesOf(this.#state, recordsPerPage)) {
      if (this.isVoid) return undefined;
      yield page;
    }
    return undefined;
  }

  /** To be taken in behind all the pages. It is whole then, as of the moment in which this is called. */
  changed(): readonly EncodedRecord[] {
    return [...this.#changed.values()];
  }
}

/**
 * The same without the collecting, for whoever is fed beside the view: what the log brings between two pages has to be laid over the
 * pages before it and under those behind it, in the order in which it came. Of no use any more when the log is read anew.
 */
export function* pagesOf(state: RecordState, recordsPerPage: number = PAGE_RECORDS): Generator<readonly EncodedRecord[], undefined> {
  let page: EncodedRecord[] = [];
  for (const record of recordsOf(state)) {
    if (page.push(record) < recordsPerPage) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
  return undefined;
}

/**
 * What lies beside the instances goes first: an instance that comes meanwhile takes from there, and is then found among the
 * instances, which come last.
 */
function* recordsOf(state: RecordState): Iterable<EncodedRecord> {
  if (state.guard !== idleGuard) yield putBack(guardKey, encodeGuardRecord(state.guard));
  if (state.naming !== noNaming) yield putBack(namingKey, encodeNamingRecord(state.naming));
  for (const [text, panic] of state.panicRules) yield putBack(namedKey(`services/${text}`), encodeServiceRecord({ panic, unknown: {} }));
  for (const name of state.undecodable) yield putBack(namedKey(name), UNREADABLE);
  yield* state.machines.records();
  for (const [text, { health, intent, intentRevision }] of state.intents.all()) {
    if (health !== null) yield verdictsOf(text, health);
    if (intent !== null) yield putBack(recordKeyOf('intents', text), encodeIntentRecord(intent), intentRevision);
  }
  for (const entry of state.instances.allServices()) for (const instance of entry.all()) yield* recordsOfOne(state, instance);
}

function* recordsOfOne(state: RecordState, instance: Instance): Iterable<EncodedRecord> {
  const text = refText(instance);
  // What was said from outside is laid over what an instance shows.
  const registered: Registered = (instance.intent === null ? null : state.intents.get(text)?.registered) ?? instance;
  const { createRevision, revision } = registered;
  yield { key: recordKeyOf('instances', text), value: encodeRegistered(registered), createRevision, revision };
  if (instance.healthRevision > 0) yield verdictsOf(text, instance);
}

function verdictsOf(text: string, { verdicts, held, healthRevision }: HealthPart): EncodedRecord {
  // Since when somebody is held no view shows, only that he is.
  const value = encodeHealthRecord({ verdicts, heldSinceMs: held ? 0 : null, unknown: {} });
  return putBack(recordKeyOf('health', text), value, healthRevision);
}

const UNREADABLE: Uint8Array = new Uint8Array(0);
