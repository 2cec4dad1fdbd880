/**
 * Instances that are somebody's own keys: documents of etcd's naming layout, whoever wrote them. A document under a key claims to be
 * the registration of one instance, and shows as that instance's record, as if it stood among the registrations.
 *
 * Where several claim to be the same one, a registration of the registry's own counts, else the key that was created first, of
 * those that one commit created the first in order: every node that reads the same log says the same. The others wait.
 */
import type { EncodedRecord } from '../records/encoded.js';
import { isOurKey, isRegistrationKey, parseKeyText, recordKeyOf, refText, refTextIn } from '../records/keys.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Bytes, Change, Entry, KeyRange } from '../ports/store.js';
import { inOnePiece, toText } from '../store/bytes.js';
import { keyOf } from '../store/change.js';
import { textRangeHoldsBytes, toTextRange, type TextRange } from '../store/key-range.js';
import { endsAsProjected, parseDocument } from './endpoint-document.js';
import { Claim, Claimed, readClaim } from './claim.js';
import { rangesOf, refUnder, type LensScope } from './naming-keys.js';

/** How much of this there is, for whoever looks. */
export interface ClaimCounts {
  /** Instances that are keys. */
  readonly instances: number;
  /** Keys that wait for another one's end. */
  readonly waiting: number;
  /** Documents that say where somebody listens and are out of bounds: plain keys. */
  readonly unfit: number;
}

interface Table {
  readonly byName: Map<string, Claimed>;
  readonly unfit: Set<string>;
  waiting: number;
}

export class ForeignClaims {
  readonly scope: LensScope;
  /** Where such keys may stand. */
  readonly ranges: readonly KeyRange[];
  readonly #textRanges: readonly TextRange[];
  readonly #isShown: (ref: InstanceRef) => boolean;
  #table: Table = emptyTable();
  #loading: Table | null = null;

  /** `isShown`: whether the view, as it is before what is taken in, shows such an instance. */
  constructor(scope: LensScope, isShown: (ref: InstanceRef) => boolean) {
    this.scope = scope;
    this.ranges = rangesOf(scope);
    this.#textRanges = this.ranges.map(toTextRange);
    this.#isShown = isShown;
  }

  get size(): number {
    return this.#table.byName.size;
  }

  get counts(): ClaimCounts {
    const { byName, waiting, unfit } = this.#table;
    return { instances: byName.size, waiting, unfit: unfit.size };
  }

  /** By what `refText` says. */
  of(name: string): Claimed | undefined {
    return this.#table.byName.get(name);
  }

  /** The instance whose registration this key is, or waits to be. */
  under(key: Bytes): Claimed | undefined {
    if (this.size === 0 || !this.holds(key)) return undefined;
    const ref = refUnder(key, this.scope);
    const claimed = ref === null ? undefined : this.of(refText(ref));
    return claimed?.claims.some((claim) => claim.isUnder(key)) === true ? claimed : undefined;
  }

  /** What this key makes of its instance, if it counts: as a record. */
  shownUnder(key: Bytes): readonly EncodedRecord[] {
    const claimed = this.under(key);
    const winner = claimed === undefined ? null : winnerOf(claimed);
    return claimed === undefined || winner === null ? [] : shownAs(refText(claimed.ref), claimed);
  }

  all(): Iterable<Claimed> {
    return this.#table.byName.values();
  }

  /** Whether a key may be one of these; the registry's own never are. */
  holds(key: Bytes): boolean {
    return this.#textRanges.some((range) => textRangeHoldsBytes(range, key));
  }

  /** What an entry says, if it is such a document: whose, and as what record. */
  read(entry: Entry): { readonly ref: InstanceRef; readonly record: Bytes } | null {
    return readClaim(entry, this.scope);
  }

  /** A reading of everything begins: these ranges first, then the registrations, then `undo`. What was known is known until `finish`. */
  begin(): void {
    this.#loading = emptyTable();
  }

  /** What the view is to show of these, as far as they have been read: what is read behind them may count before them. */
  load(entries: readonly Entry[]): readonly EncodedRecord[] {
    const table = this.#loading;
    if (table === null) return [];
    const before = new Map<string, Claimed | undefined>();
    for (const entry of entries) this.#put(table, entry, (name) => remember(before, table, name));
    return [...before].flatMap(([name, earlier]) => this.#news(name, earlier, table.byName.get(name), undefined));
  }

  /** Registrations of the registry's own, as they are read: what the view is told of them counts before what it was told. */
  pass(entries: readonly Entry[]): void {
    const table = this.#loading;
    if (table === null || table.byName.size === 0) return;
    for (const { key } of entries) {
      const name = nameIn(key);
      const claimed = name === null ? undefined : table.byName.get(name);
      if (name !== null && claimed !== undefined) settle(table, name, claimed, claimed.registered(true));
    }
  }

  finish(): void {
    this.#table = this.#loading ?? this.#table;
    this.#loading = null;
  }

  /** What a reading holds that came later is undone: these changes lead back to where the view begins, which is to be shown so. */
  undo(changes: readonly Change[]): readonly EncodedRecord[] {
    return this.#loading === null ? [] : this.#taken(this.#loading, changes, () => false);
  }

  /** What one revision did, as the view is to take it in: nothing for plain keys. */
  take(changes: readonly Change[], plain: (change: Change) => EncodedRecord): readonly EncodedRecord[] {
    const isOurs = (change: Change): boolean => isOurKey(keyOf(change));
    // Mostly all of them are, and nobody claims anything.
    if (this.size === 0 && changes.every(isOurs)) return changes.map(plain);
    const foreign = this.#taken(this.#table, changes, this.#isShown);
    const hidden = new Set(foreign.map(({ key }) => toText(key)));
    const own = changes.filter((change) => isOurs(change) && !hidden.has(toText(keyOf(change)))).map(plain);
    return [...own, ...foreign];
  }

  #taken(table: Table, changes: readonly Change[], isShown: (ref: InstanceRef) => boolean): readonly EncodedRecord[] {
    const before = new Map<string, Claimed | undefined>();
    const registered = new Map<string, boolean>();
    for (const change of changes)
      if (this.holds(keyOf(change))) this.#takeOne(table, change, (touched) => remember(before, table, touched));
    if (table.byName.size + before.size === 0) return [];
    for (const change of changes) {
      const name = nameIn(keyOf(change));
      if (name !== null) registered.set(name, change.type === 'put');
    }
    for (const [name, isRegistered] of registered) {
      const claimed = table.byName.get(name);
      if (claimed === undefined) continue;
      remember(before, table, name);
      settle(table, name, claimed, claimed.registered(isRegistered));
    }
    return [...before].flatMap(([name, earlier]) => {
      const claimed = table.byName.get(name);
      // Whoever is claimed for the first time may be registered already.
      if (earlier === undefined && claimed !== undefined && !registered.has(name) && isShown(claimed.ref))
        settle(table, name, claimed, claimed.registered(true));
      return this.#news(name, earlier, table.byName.get(name), registered.get(name));
    });
  }

  /** What the view is told of one instance; what the registry's own record says of it, it is told anyway. */
  #news(name: string, before: Claimed | undefined, after: Claimed | undefined, registered: boolean | undefined): readonly EncodedRecord[] {
    if (registered === true) return [];
    const [was, is] = [before && winnerOf(before), after && winnerOf(after)];
    if (is !== undefined && is !== null)
      return was?.modRevision === is.modRevision && was.path === is.path ? [] : shownAs(name, after as Claimed);
    return was === undefined || was === null ? [] : [{ key: recordKeyOf('instances', name), value: null, createRevision: 0, revision: 0 }];
  }

  #takeOne(table: Table, change: Change, touch: (name: string) => void): void {
    const key = keyOf(change);
    // Nobody claims anything, and this one does not either.
    if (table.byName.size === 0 && table.unfit.size === 0 && (change.type === 'delete' || endsAsProjected(change.entry.value))) return;
    const ref = refUnder(key, this.scope);
    if (ref === null) return;
    const name = refText(ref);
    if (table.byName.has(name)) {
      touch(name);
      this.#drop(table, name, key);
    }
    table.unfit.delete(toText(key));
    if (change.type === 'put') this.#put(table, change.entry, touch);
  }

  #put(table: Table, entry: Entry, touch: (name: string) => void = () => undefined): void {
    const found = this.read(entry);
    if (found === null) return this.#mark(table, entry);
    const name = refText(found.ref);
    touch(name);
    const before = table.byName.get(name);
    const claim = new Claim(entry, found.record);
    settle(table, name, before, before?.having(claim) ?? Claimed.of(claim, this.scope));
  }

  /** It looks like one of these and is none. */
  #mark(table: Table, entry: Entry): void {
    const document = endsAsProjected(entry.value) ? null : parseDocument(entry.value);
    if (document !== null && !document.isProjected) table.unfit.add(toText(entry.key));
  }

  #drop(table: Table, name: string, key: Bytes): void {
    const before = table.byName.get(name);
    if (before === undefined) return;
    settle(table, name, before, before.without(toText(key)));
  }
}

/** The one that counts; `null` where the registry's own registration does. */
export function winnerOf(claimed: Claimed): Claim | null {
  return claimed.winner;
}

function emptyTable(): Table {
  return { byName: new Map(), unfit: new Set(), waiting: 0 };
}

function remember(before: Map<string, Claimed | undefined>, table: Table, name: string): void {
  if (!before.has(name)) before.set(name, table.byName.get(name));
}

function settle(table: Table, name: string, before: Claimed | undefined, after: Claimed | null): void {
  table.waiting += (after?.waiting ?? 0) - (before?.waiting ?? 0);
  if (after === null) table.byName.delete(name);
  else table.byName.set(before === undefined ? inOnePiece(name) : name, after);
}

/** As it stands among the registrations; nothing where it does not count. */
function shownAs(name: string, claimed: Claimed): readonly EncodedRecord[] {
  const { winner } = claimed;
  const value = winner?.takeRecord(claimed) ?? null;
  if (winner === null || value === null) return [];
  return [{ key: recordKeyOf('instances', name), value, createRevision: winner.createRevision, revision: winner.modRevision }];
}

/** Whose registration a key of the registry's own is; `null` for any other key. */
function nameIn(key: Bytes): string | null {
  if (!isRegistrationKey(key)) return null;
  const text = toText(key);
  return parseKeyText(text) === null ? null : refTextIn(text, 'instances');
}
