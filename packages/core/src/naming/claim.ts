/**
 * A key that is, or would be, an instance's registration. There may be a million of them, so they are kept as short texts, and what they say
 * is read again where somebody asks.
 */
import { encodeRegistered } from '../records/records.js';
import type { InstanceRef } from '../catalog/registration.js';
import { NO_LEASE, type Bytes, type Entry, type LeaseId } from '../ports/store.js';
import { fromText, toText } from '../store/bytes.js';
import { endsAsProjected, parseDocument } from './endpoint-document.js';
import { registrationOf } from './endpoint-lens.js';
import { refUnder, type LensScope } from './naming-keys.js';

export class Claim {
  /** The key, a character for each byte. */
  readonly path: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly lease: LeaseId;
  /** The value, just so. */
  readonly #document: string;
  /** Until somebody takes it. */
  #record: Bytes | null;

  constructor(entry: Entry, record: Bytes) {
    this.path = toText(entry.key);
    this.createRevision = entry.createRevision;
    this.modRevision = entry.modRevision;
    this.lease = entry.lease === NO_LEASE ? NO_LEASE : entry.lease;
    this.#document = toText(entry.value);
    this.#record = record;
  }

  get key(): Bytes {
    return fromText(this.path);
  }

  isUnder(key: Bytes): boolean {
    return toText(key) === this.path;
  }

  /** As a registration's record says it. */
  takeRecord(claimed: Pick<Claimed, 'ref'>): Bytes | null {
    const record = this.#record ?? recordIn(fromText(this.#document), claimed.ref);
    this.#record = null;
    return record;
  }
}

/** What an entry says, if it is such a document; `null` for anything else. */
export function readClaim(entry: Entry, scope: LensScope): { readonly ref: InstanceRef; readonly record: Bytes } | null {
  const ref = endsAsProjected(entry.value) ? null : refUnder(entry.key, scope);
  const record = ref === null ? null : recordIn(entry.value, ref);
  return ref === null || record === null ? null : { ref, record };
}

function recordIn(value: Bytes, ref: InstanceRef): Bytes | null {
  const document = parseDocument(value);
  if (document === null || document.isProjected) return null;
  const registration = registrationOf(ref, document);
  return registration && encodeRegistered(registration);
}

/** All who claim to be one instance. Nearly always it is one, and a million of those need no lists. */
export class Claimed {
  /** The one that was created first. */
  readonly #first: Claim;
  /** In the order of their creation. */
  readonly #others: readonly Claim[];
  /** It is registered with the registry itself: none of them counts. */
  readonly isRegistered: boolean;
  readonly #scope: LensScope;

  constructor(claim: Claim, others: readonly Claim[], isRegistered: boolean, scope: LensScope) {
    this.#first = claim;
    this.#others = others;
    this.isRegistered = isRegistered;
    this.#scope = scope;
  }

  /** The only one. */
  static of(claim: Claim, scope: LensScope): Claimed {
    return new Claimed(claim, nobody, false, scope);
  }

  /** In the order of their creation; the first one counts. */
  get claims(): readonly Claim[] {
    return [this.#first, ...this.#others];
  }

  /** How many do not count. */
  get waiting(): number {
    return this.#others.length + (this.isRegistered ? 1 : 0);
  }

  /** As the first one spells it. */
  get ref(): InstanceRef {
    return refUnder(this.#first.key, this.#scope) as InstanceRef;
  }

  /** The one that counts; `null` where the registry's own registration does. */
  get winner(): Claim | null {
    return this.isRegistered ? null : this.#first;
  }

  registered(isRegistered: boolean): Claimed {
    return isRegistered === this.isRegistered ? this : new Claimed(this.#first, this.#others, isRegistered, this.#scope);
  }

  having(claim: Claim): Claimed {
    return this.#with([...this.claims, claim].sort(inOrder)) as Claimed;
  }

  /** `null` if nobody is left. */
  without(path: string): Claimed | null {
    return this.#with(this.claims.filter((claim) => claim.path !== path));
  }

  #with([first, ...others]: readonly Claim[]): Claimed | null {
    return first === undefined ? null : new Claimed(first, others.length === 0 ? nobody : others, this.isRegistered, this.#scope);
  }
}

const nobody: readonly Claim[] = Object.freeze([]);

function inOrder(one: Claim, other: Claim): number {
  return one.createRevision - other.createRevision || (one.path < other.path ? -1 : 1);
}
