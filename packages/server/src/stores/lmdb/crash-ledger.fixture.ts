/**
 * What a store must hold after a crash: all that was acknowledged, and of what was under way all or nothing.
 *
 * Each writer does one thing after the other on keys and leases of its own. So after a crash its part of the store
 * is what its acknowledged operations make, or the same with the one that was under way on top: nothing else.
 */
import { toText, type LeaseId, type Store, allKeys } from '@rollcall/core';
import { wholeKey, wholeValue, WRITERS, writerOf, type CrashOperation, type CrashReport } from './crash-operations.fixture.js';

interface Holding {
  readonly value: string;
  readonly lease: string | null;
}

/** One writer's keys and leases. */
interface Estate {
  readonly keys: ReadonlyMap<string, Holding>;
  readonly leases: ReadonlySet<string>;
}

export class CrashLedger {
  readonly #estates: Estate[] = Array.from({ length: WRITERS }, () => ({ keys: new Map<string, Holding>(), leases: new Set<string>() }));
  readonly #underWay: (CrashOperation | null)[] = Array.from({ length: WRITERS }, () => null);
  readonly #acknowledged = new Set<number>();
  #epoch: string | null = null;
  /** An empty log stands here. */
  #revision = 1;
  #compacted = 0;
  #compacting = 0;

  /** Answers how many operations were acknowledged, in all of the crashes so far. */
  acknowledged = 0;

  note(report: CrashReport): void {
    if (report.is === 'opened') this.#expectSame(report.epoch);
    if (report.is === 'compacting') this.#compacting = report.revision;
    if (report.is === 'compacted') this.#compacted = report.revision;
    if (report.is === 'begun') this.#underWay[report.writer] = report.operation;
    if (report.is !== 'done') return;
    const operation = this.#underWay[report.writer];
    if (operation) this.#estates[report.writer] = after(this.#estateOf(report.writer), operation);
    this.#underWay[report.writer] = null;
    this.#acknowledged.add(report.revision);
    this.acknowledged++;
  }

  /** Nobody has opened the store yet, as far as was told. */
  get isBlank(): boolean {
    return this.#epoch === null;
  }

  /** Throws what is wrong with the store that was opened after the crash; goes on from what is there. */
  async check(store: Store): Promise<void> {
    const { epoch, revision, compactedRevision } = await store.status();
    this.#expectSame(epoch);
    this.#checkRevision(revision);
    if (compactedRevision < this.#compacted || compactedRevision > Math.max(this.#compacting, 1)) {
      throw new Error(`compacted at ${compactedRevision}, acknowledged ${this.#compacted}, last begun ${this.#compacting}`);
    }
    const found = await readEstates(store);
    found.forEach((estate, writer) => this.#checkWriter(writer, estate));
    this.#underWay.fill(null);
    this.#acknowledged.clear();
    this.#revision = revision;
    this.#compacted = compactedRevision;
  }

  #checkWriter(writer: number, found: Estate): void {
    const acknowledged = this.#estateOf(writer);
    const underWay = this.#underWay[writer] ?? null;
    const allowed = underWay === null ? [acknowledged] : [acknowledged, after(acknowledged, underWay)];
    if (!allowed.some((estate) => described(estate) === described(found))) {
      const wanted = allowed.map(described).join('\n or ');
      throw new Error(
        `writer ${writer} should have\n    ${wanted}\nbut has ${described(found)}\nunder way was ${JSON.stringify(underWay)}`,
      );
    }
    this.#estates[writer] = found;
  }

  /** Each revision since the last crash was acknowledged, or is of one of those that were under way. */
  #checkRevision(revision: number): void {
    const last = Math.max(this.#revision, ...this.#acknowledged);
    const made = [...this.#acknowledged].filter((one) => one > this.#revision).length;
    const unknown = revision - this.#revision - made;
    const underWay = this.#underWay.filter((operation) => operation !== null).length;
    if (revision >= last && unknown >= 0 && unknown <= underWay) return;
    throw new Error(`the log stands at ${revision}; before it was ${this.#revision}, then ${made} were acknowledged up to ${last}`);
  }

  #expectSame(epoch: string): void {
    this.#epoch ??= epoch;
    if (epoch !== this.#epoch) throw new Error(`the epoch was ${this.#epoch} and is ${epoch}`);
  }

  #estateOf(writer: number): Estate {
    return this.#estates[writer] as Estate;
  }
}

function after({ keys, leases }: Estate, operation: CrashOperation): Estate {
  const newKeys = new Map(keys);
  const newLeases = new Set(leases);
  if (operation.type === 'put') {
    for (const key of operation.keys) newKeys.set(wholeKey(key), { value: wholeValue(operation.value), lease: operation.lease });
  }
  if (operation.type === 'delete') for (const key of operation.keys) newKeys.delete(wholeKey(key));
  if (operation.type === 'grant') newLeases.add(operation.lease);
  if (operation.type === 'revoke') {
    newLeases.delete(operation.lease);
    for (const [key, { lease }] of keys) if (lease === operation.lease) newKeys.delete(key);
  }
  return { keys: newKeys, leases: newLeases };
}

async function readEstates(store: Store): Promise<Estate[]> {
  const estates = Array.from({ length: WRITERS }, () => ({ keys: new Map<string, Holding>(), leases: new Set<string>() }));
  for (const { key, value, lease } of (await store.range({ range: allKeys })).entries) {
    const text = toText(key);
    estates[writerOf(text)]?.keys.set(text, { value: toText(value), lease: lease === 0n ? null : String(lease) });
  }
  for (const id of await store.leases()) estates[writerOfLease(id)]?.leases.add(String(id));
  return estates;
}

function writerOfLease(id: LeaseId): number {
  return Number(id / 1_000_000_000n);
}

function described({ keys, leases }: Estate): string {
  const texts = [...keys].map(([key, { value, lease }]) => `${short(key)}=${short(value)}${lease === null ? '' : `(${lease})`}`);
  return `${texts.sort().join(' ')} leases ${[...leases].sort().join(' ')}`;
}

/** Long ones are what was padded: their beginning and their length tell all of them. */
function short(text: string): string {
  return text.length < 100 ? text : `${text.slice(0, 40).replace(/\.+$/, '')}…${text.length}${text.endsWith('.') ? '' : '!'}`;
}
