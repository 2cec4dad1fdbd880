/**
 * A log to write to that nothing is written in yet: it shows what the real one holds, and over that what was put here. At the end all of
 * it is one commit, on condition that nothing that was read has changed meanwhile.
 */
import { RollcallError } from '../errors.js';
import type { Bytes, Commit, CommitResult, Compare, Entry, Operation, OperationResult, Store } from '../ports/store.js';
import { toText } from '../store/bytes.js';
import { singleKey } from '../store/key-range.js';
import { given } from './shared-commits.js';

interface Known {
  readonly key: Bytes;
  /** As the log has it. */
  readonly stored: Entry | null;
  /** As it is here. */
  readonly now: Entry | null;
}

/** What those write who read, decide, and commit what they decided: single keys by their `mod`, puts and deletes. */
export class DraftStore implements Pick<Store, 'commit'> {
  readonly #base: Pick<Store, 'commit'>;
  readonly #known = new Map<string, Known>();
  #revision = 0;
  #isDrafted = false;

  constructor(base: Pick<Store, 'commit'>) {
    this.#base = base;
  }

  /** Where the log stood when it was last read, and one more for what is drafted here. */
  get revision(): number {
    return this.#revision + 1;
  }

  /** The greatest revision of all that was read. */
  get readRevision(): number {
    return Math.max(0, ...[...this.#known.values()].map(({ stored }) => stored?.modRevision ?? 0));
  }

  /** What it comes to. */
  get plan(): { readonly when: readonly Compare[]; readonly then: readonly Operation[] } {
    const all = [...this.#known.values()];
    return {
      when: all.map(({ key, stored }) => ({ range: singleKey(key), target: 'mod', is: '=', operand: stored?.modRevision ?? 0 })),
      then: all.flatMap(({ key, stored, now }): readonly Operation[] => {
        if (now === stored) return [];
        if (now === null) return [{ type: 'delete', range: singleKey(key) }];
        return [{ type: 'put', key, value: now.value, ...(now.lease === 0n ? {} : { lease: now.lease }) }];
      }),
    };
  }

  async commit({ when = [], then, else: otherwise = [] }: Commit): Promise<CommitResult> {
    await this.#read([...when.map(({ range }) => range.from), ...[...then, ...otherwise].map(keyOf)]);
    const succeeded = when.every((compare) => this.#holds(compare));
    const results = (succeeded ? then : otherwise).map((operation) => this.#do(operation));
    return { revision: this.#shown, succeeded, results };
  }

  /** Whoever reads after something was drafted is told that it happened. */
  get #shown(): number {
    return this.#isDrafted ? this.revision : this.#revision;
  }

  async #read(keys: readonly Bytes[]): Promise<void> {
    const unknown = new Map(keys.map((key) => [toText(key), key] as const).filter(([text]) => !this.#known.has(text)));
    if (unknown.size === 0) return;
    const read = await this.#base.commit({ then: [...unknown.values()].map((key) => ({ type: 'get', range: singleKey(key) })) }, given);
    this.#revision = Math.max(this.#revision, read.revision);
    for (const [at, [text, key]] of [...unknown].entries()) {
      const found = read.results[at];
      const stored = found?.type === 'get' ? (found.entries[0] ?? null) : null;
      this.#known.set(text, { key, stored, now: stored });
    }
  }

  #holds({ range, target, is, ...compare }: Compare): boolean {
    if (target !== 'mod' || is !== '=' || !('operand' in compare)) throw unforeseen('compare');
    return (this.#at(range.from).now?.modRevision ?? 0) === compare.operand;
  }

  #do(operation: Operation): OperationResult {
    const key = keyOf(operation);
    if (operation.type !== 'get') this.#isDrafted = true;
    const { now, ...known } = this.#at(key);
    if (operation.type === 'get') return { type: 'get', revision: this.#shown, ...entriesOf(now) };
    if (operation.type === 'delete') {
      this.#known.set(toText(key), { ...known, now: null });
      return { type: 'delete', previous: now === null ? [] : [now] };
    }
    if (operation.type === 'commit' || operation.value === 'keep' || operation.lease === 'keep') throw unforeseen(operation.type);
    const { value, lease = 0n } = operation;
    const revision = this.revision;
    const createRevision = now?.createRevision ?? revision;
    this.#known.set(toText(key), {
      ...known,
      now: { key, value, createRevision, modRevision: revision, version: (now?.version ?? 0) + 1, lease },
    });
    return { type: 'put', previous: now };
  }

  #at(key: Bytes): Known {
    const known = this.#known.get(toText(key));
    if (known === undefined) throw unforeseen('key');
    return known;
  }
}

function entriesOf(entry: Entry | null): { readonly entries: readonly Entry[]; readonly count: number; readonly more: boolean } {
  return { entries: entry === null ? [] : [entry], count: entry === null ? 0 : 1, more: false };
}

function keyOf(operation: Operation): Bytes {
  if (operation.type === 'commit') throw unforeseen('commit');
  return operation.type === 'put' ? operation.key : operation.range.from;
}

function unforeseen(what: string): RollcallError {
  return new RollcallError('internal', `A draft takes no such ${what}.`);
}
