/** Reading all that a view is made of, as of one revision: page by page, with the changes undone that come again behind it. */
import type { ForeignClaims } from '../naming/foreign-claims.js';
import type { Bytes, Change, Entry, KeyRange, Store } from '../ports/store.js';
import { fromText, toText } from '../store/bytes.js';
import { encodedEntry, type EncodedSink } from '../records/encoded.js';
import { catalogRange, consulRange, kindRange } from '../records/keys.js';

export interface ReadAllOptions {
  readonly store: Pick<Store, 'range'>;
  readonly sink: EncodedSink;
  /** Keys of others that are registrations. Left out: none. */
  readonly claims?: ForeignClaims | undefined;
  readonly revision: number;
  /** What changed since this revision is in `before`. */
  readonly asOf: number;
  /** By its key as text, what is to be shown of it instead of what it holds; `null` if it was not there. */
  readonly before: ReadonlyMap<string, Entry | null>;
  readonly isClosed: () => boolean;
}

/** Entries per read: large enough to be quick, small enough not to hold up the loop. */
const PAGE_ENTRIES = 1000;

/** Registrations first, because that is the quickest way to take them in; then what stands before them and behind. */
const registrations: KeyRange = kindRange('instances');
const besides: readonly KeyRange[] = [
  { from: catalogRange.from, to: consulRange.from },
  { from: consulRange.to ?? catalogRange.from, to: registrations.from },
  { from: registrations.to ?? catalogRange.from, to: catalogRange.to },
];

export async function readAll(options: ReadAllOptions): Promise<void> {
  const { sink, claims, before } = options;
  const show = (entries: readonly Entry[]): void => sink.page(entries.map(encodedEntry));
  if (claims === undefined) await readRange(options, registrations, show);
  else await readClaims(options, claims, show);
  for (const range of besides) await readRange(options, range, show);
  const earlier = [...before.values()].filter((entry) => entry !== null);
  const ours = claims === undefined ? earlier : earlier.filter(({ key }) => !claims.holds(key));
  if (ours.length > 0) show(ours);
}

/** Keys of others, and over them the registrations, which count before them. */
async function readClaims(options: ReadAllOptions, claims: ForeignClaims, show: (entries: readonly Entry[]) => void): Promise<void> {
  const { sink, before } = options;
  claims.begin();
  for (const range of claims.ranges) {
    await readRange(options, range, (entries) => {
      const records = claims.load(entries);
      if (records.length > 0) sink.page(records);
    });
  }
  await readRange(options, registrations, (entries) => {
    claims.pass(entries);
    show(entries);
  });
  const undone = claims.undo([...before].map(([text, entry]) => changeTo(text, entry)));
  if (undone.length > 0) sink.page(undone);
}

function changeTo(text: string, entry: Entry | null): Change {
  return entry === null ? { type: 'delete', key: fromText(text), previous: null } : { type: 'put', entry, previous: null };
}

async function readRange(
  { store, revision, asOf, before, isClosed }: ReadAllOptions,
  { from, to }: KeyRange,
  take: (entries: readonly Entry[]) => void,
): Promise<void> {
  let next: Bytes | null = from;
  while (next !== null && !isClosed()) {
    const { entries, more } = await store.range({ range: { from: next, to }, limit: PAGE_ENTRIES, revision });
    // Whoever is to be shown as it was changed since then: for all others a number says so.
    const isAsShown = ({ key, modRevision }: Entry): boolean => modRevision <= asOf || !before.has(toText(key));
    const wanted = before.size === 0 || entries.every(isAsShown) ? entries : entries.filter(isAsShown);
    if (wanted.length > 0) take(wanted);
    next = more ? keyAfter(entries) : null;
  }
}

/** The smallest key behind the last one. */
function keyAfter(entries: readonly Entry[]): Bytes | null {
  const last = entries.at(-1);
  if (last === undefined) return null;
  const next = new Uint8Array(last.key.length + 1);
  next.set(last.key);
  return next;
}
