/** Names that were asked for, with what they were answered with: as long as nothing that they depend on has changed. */
import type { Caller, CatalogView } from '@rollcall/core';
import type { Zone } from './domains.js';
import type { Plan } from './plan.js';

export interface CachedName {
  /** Folded. */
  readonly name: Uint8Array;
  /** With the transport, which says how much there is room for. */
  readonly kind: number;
  readonly zone: Zone;
  readonly plan: Plan;
}

interface Entry extends CachedName {
  /** Up to this revision of the view nothing has changed. */
  revision: number;
  /** A sample has been answered often enough when this is 0. */
  left: number;
}

/** Answers from one sample of very many instances; then others have their turn. */
const ANSWERS_PER_SAMPLE = 256;

/** Names are few and asked for often; whoever asks for more than this has a question of their own each time. */
const NAMES_MAX = 8192;

export class PlanCache {
  readonly #machinesMoved: () => number;
  readonly #besideMoved: () => number;
  readonly #entries = new Map<number, Entry>();
  #of: { readonly view: CatalogView; readonly epoch: string; readonly may: Caller['may'] } | null = null;

  /** Is asked how often machines have changed, and what stands beside the catalog. */
  constructor(machinesMoved: () => number, besideMoved: () => number) {
    this.#machinesMoved = machinesMoved;
    this.#besideMoved = besideMoved;
  }

  get(hash: number, name: Uint8Array, kind: number, view: CatalogView, caller: Caller): CachedName | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined || entry.kind !== kind || !isSame(entry.name, name)) return undefined;
    if (!this.#isOf(view, caller)) return undefined;
    const { basis } = entry.plan;
    if (basis === null || (basis.isSample && entry.left-- === 0)) return undefined;
    if (basis.besideMoved !== null && basis.besideMoved !== this.#besideMoved()) return undefined;
    if (entry.revision === view.revision) return entry;
    // The view has moved on. Has anything of this?
    if (basis.machinesMoved !== null && basis.machinesMoved !== this.#machinesMoved()) return undefined;
    for (const { namespace, service, revision } of basis.services) {
      if (view.serviceRevision(namespace, service, caller) !== revision) return undefined;
    }
    entry.revision = view.revision;
    return entry;
  }

  /** Keeps only what says what it depends on, and is there: names that are not are without number. */
  put(hash: number, cached: CachedName, view: CatalogView, caller: Caller): void {
    if (cached.plan.basis === null || !cached.plan.exists) return;
    if (!this.#isOf(view, caller)) {
      this.#entries.clear();
      this.#of = { view, epoch: view.epoch, may: caller.may };
    }
    this.#entries.set(hash, { ...cached, revision: view.revision, left: ANSWERS_PER_SAMPLE });
    if (this.#entries.size <= NAMES_MAX) return;
    for (const first of this.#entries.keys()) {
      this.#entries.delete(first);
      return;
    }
  }

  #isOf(view: CatalogView, { may }: Caller): boolean {
    return this.#of?.view === view && this.#of.epoch === view.epoch && this.#of.may === may;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
