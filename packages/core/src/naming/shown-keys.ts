/** Which key an instance is shown as, and writing it: on condition that both are as they were looked at. */
import type { Catalog } from '../view/catalog.js';
import { isInRotation } from '../catalog/instance.js';
import { recordKeyOf, refText } from '../records/keys.js';
import { Namespace } from '../catalog/names.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Bytes, Compare, Entry, NestedCommit, Operation, Store } from '../ports/store.js';
import { compareBytes } from '../store/bytes.js';
import { fitsCommit } from '../store/commit-rules.js';
import { singleKey } from '../store/key-range.js';
import { isProjectedDocument } from './endpoint-document.js';
import { documentOf } from './endpoint-lens.js';
import { winnerOf } from './foreign-claims.js';
import { revisionsOf } from './showing.js';
import { projectedKey, projectedRef } from './naming-keys.js';
import { NAMING } from './naming-record.js';

/** As much of the catalog as it takes. */
export type Shown = Pick<Catalog, 'view' | 'claims' | 'naming' | 'known' | 'reached'>;

export interface ShownKeysOptions {
  readonly store: Pick<Store, 'commit'>;
  readonly catalog: Shown;
}

export interface Writing {
  /** How many keys were changed. */
  readonly written: number;
  /** With whom it did not work, because somebody was faster or the view does not follow the log. */
  readonly left: readonly InstanceRef[];
}

interface Planned {
  readonly ref: InstanceRef;
  readonly commit: NestedCommit;
}

export class ShownKeys {
  readonly #store: Pick<Store, 'commit'>;
  readonly #catalog: Shown;
  /** Instances whose keys somebody else has. */
  readonly #occupied = new Set<string>();

  constructor({ store, catalog }: ShownKeysOptions) {
    this.#store = store;
    this.#catalog = catalog;
  }

  get occupied(): number {
    return this.#occupied.size;
  }

  /** Whether this is what an instance's key should hold; `null`: no key at all. */
  isRight(ref: InstanceRef, value: Bytes | null): boolean {
    const wanted = this.#wanted(ref);
    return wanted === null || value === null ? wanted === value : compareBytes(wanted, value) === 0;
  }

  /** As many as go into one commit. */
  async write(refs: readonly InstanceRef[]): Promise<Writing> {
    const { prefix } = this.#catalog.naming;
    if (prefix === null || refs.length === 0) return { written: 0, left: [] };
    const meant = refs.filter(({ namespace }) => namespace === Namespace.default);
    const gets = meant.map((ref): Operation => ({ type: 'get', range: singleKey(projectedKey(prefix, ref)) }));
    const { results } = await this.#store.commit({ then: gets });
    const left: InstanceRef[] = [];
    const planned: Planned[] = [];
    for (const [at, ref] of meant.entries()) {
      const result = results[at];
      const plan = this.#plan(ref, projectedKey(prefix, ref), result?.type === 'get' ? result.entries[0] : undefined);
      if (plan === 'unsure') left.push(ref);
      else if (plan !== null) planned.push({ ref, commit: plan });
    }
    const writing = await this.#commit(planned);
    return { written: writing.written, left: [...left, ...writing.left] };
  }

  /** Keys behind a prefix that is no longer used, but for those that are in use behind another one. */
  async takeOut(entries: readonly Entry[]): Promise<void> {
    const { prefix } = this.#catalog.naming;
    const gone = entries.filter(({ key, value }) => {
      const ref = prefix === null ? null : projectedRef(key, prefix);
      return ref === null || !this.isRight(ref, value);
    });
    for (let from = 0; from < gone.length; from += TAKEN_OUT_MAX) {
      const then = gone.slice(from, from + TAKEN_OUT_MAX).map(({ key, modRevision }): NestedCommit => {
        const range = singleKey(key);
        return { type: 'commit', when: [{ range, target: 'mod', is: '=', operand: modRevision }], then: [{ type: 'delete', range }] };
      });
      await this.#store.commit({ then });
    }
  }

  async #commit(planned: readonly Planned[]): Promise<Writing> {
    if (planned.length === 0) return { written: 0, left: [] };
    const commit = { then: planned.map((one) => one.commit) };
    if (!fitsCommit(commit) && planned.length > 1) {
      const half = planned.length >> 1;
      const [first, second] = [await this.#commit(planned.slice(0, half)), await this.#commit(planned.slice(half))];
      return { written: first.written + second.written, left: [...first.left, ...second.left] };
    }
    const { results } = await this.#store.commit(commit);
    const left = planned.filter((_, at) => {
      const result = results[at];
      return result?.type !== 'commit' || !result.succeeded;
    });
    return { written: planned.length - left.length, left: left.map(({ ref }) => ref) };
  }

  /** `null`: nothing to do, or nothing that may be done. */
  #plan(ref: InstanceRef, key: Bytes, entry: Entry | undefined): NestedCommit | 'unsure' | null {
    const name = refText(ref);
    const known = this.#catalog.known(ref, name);
    if (known === null) return 'unsure';
    const wanted = this.#wanted(ref);
    this.#occupied.delete(name);
    if (entry !== undefined && !isProjectedDocument(entry.value)) {
      if (wanted !== null) this.#occupied.add(name);
      return null;
    }
    if (wanted === null ? entry === undefined : entry !== undefined && compareBytes(wanted, entry.value) === 0) return null;
    const range = singleKey(key);
    const claimed = this.#catalog.claims.of(name);
    const revisions = claimed !== undefined && winnerOf(claimed) !== null ? { ...revisionsOf(known), instances: 0 } : revisionsOf(known);
    const when: Compare[] = [
      { range, target: 'mod', is: '=', operand: entry?.modRevision ?? 0 },
      ...(['instances', 'health', 'intents'] as const).map((kind): Compare => ({
        range: singleKey(recordKeyOf(kind, name)),
        target: 'mod',
        is: '=',
        operand: revisions[kind],
      })),
    ];
    return { type: 'commit', when, then: [wanted === null ? { type: 'delete', range } : { type: 'put', key, value: wanted }] };
  }

  /** What the key should hold, by what the view shows. An instance that is a key itself is shown by that. */
  #wanted(ref: InstanceRef): Bytes | null {
    const { view, claims } = this.#catalog;
    const instance = view.instance(ref, NAMING);
    if (instance === undefined || !isInRotation(instance)) return null;
    const claimed = claims.of(refText(ref));
    return claimed !== undefined && winnerOf(claimed) !== null ? null : documentOf(instance);
  }
}

/** Each is a commit in a commit, with one condition. */
const TAKEN_OUT_MAX = 100;
