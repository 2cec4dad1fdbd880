/** Which instances a name that asks for a service means: which service it is, and who of it is to be answered. */
import {
  isEligible,
  isInRotation,
  ServiceName,
  type Caller,
  type CatalogView,
  type Instance,
  type Namespace,
  type Random,
} from '@rollcall/core';
import { facetsOf } from './facets.js';

/** When at least every so manyth is to be answered, drawing costs less than looking at all. */
const DRAWS_PER_CANDIDATE = 4;

export interface FoundService {
  /** As it was asked for, folded. */
  readonly service: ServiceName;
  /** Somebody has the tag that was asked for, in rotation or not; or none was. */
  readonly exists: boolean;
  readonly isPanicking: boolean;
  /** Nobody has the tag, but somebody has one that ends so behind a dot. */
  readonly isAbove: boolean;
  /** Those in rotation, in a panic whoever could be called; of very many, some. */
  readonly instances: readonly Instance[];
}

export interface Watched {
  readonly namespace: Namespace;
  readonly service: ServiceName;
  readonly revision: number;
}

/** More than a message of this transport can hold: of more instances, as many at random are looked at. */
export const candidatesMax = { udp: 512, tcp: 4096 } as const;

/** Looks, and takes note of every service that the answer depends on. */
export class ServiceLookup {
  readonly #view: CatalogView;
  readonly #caller: Caller;
  readonly #random: Random;
  readonly #most: number;
  readonly watched: Watched[] = [];
  /** Not all that could be answered were looked at. */
  isSample = false;

  constructor({ view, caller, random, most }: { view: CatalogView; caller: Caller; random: Random; most: number }) {
    this.#view = view;
    this.#caller = caller;
    this.#random = random;
    this.#most = most;
  }

  /** `a.b` is that service; where there is none, `b` with the tag `a`. The longest name of a service counts. */
  find(namespace: Namespace, labels: readonly string[], tags: boolean): FoundService | undefined {
    for (let from = 0; from < (tags ? labels.length : 1); from++) {
      const tag = from === 0 ? null : labels.slice(0, from).join('.');
      const found = this.tagged(namespace, labels.slice(from).join('.'), tag);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** `undefined` for a service that nobody knows. */
  tagged(namespace: Namespace, name: string, tag: string | null): FoundService | undefined {
    const service = ServiceName.parse(name);
    if (service === undefined) return undefined;
    const summary = this.#view.service(namespace, service, this.#caller);
    this.watched.push({ namespace, service, revision: this.#view.serviceRevision(namespace, service, this.#caller) });
    if (summary === undefined) return undefined;
    const all = this.#view.instances(namespace, service, this.#caller);
    const isWanted = summary.panic ? isEligible : isInRotation;
    const isPanicking = summary.panic;
    if (tag !== null) return { service, isPanicking, ...this.#withTag(all, tag, isWanted) };
    return { service, isPanicking, exists: true, isAbove: false, instances: this.#some(all, isWanted) };
  }

  #withTag(all: readonly Instance[], tag: string, isWanted: (one: Instance) => boolean): Omit<FoundService, 'service' | 'isPanicking'> {
    const { byTag, tagEnds } = facetsOf(all);
    const tagged = byTag.get(tag);
    return { exists: tagged !== undefined, isAbove: tagEnds.has(tag), instances: this.#some(tagged ?? [], isWanted) };
  }

  /** Those of them that have a port of this folded name; `undefined` where nobody has, in rotation or not. */
  withPort({ service, isPanicking }: FoundService, namespace: Namespace, port: string): readonly Instance[] | undefined {
    const having = facetsOf(this.#view.instances(namespace, service, this.#caller)).byPort.get(port);
    return having && this.#some(having, isPanicking ? isEligible : isInRotation);
  }

  #some(all: readonly Instance[], isWanted: (one: Instance) => boolean): readonly Instance[] {
    if (all.length > this.#most * DRAWS_PER_CANDIDATE) {
      const drawn = this.#drawn(all, isWanted);
      if (drawn !== null) return drawn;
    }
    const wanted = all.filter(isWanted);
    if (wanted.length <= this.#most) return wanted;
    this.isSample = true;
    return this.#shuffled(wanted).slice(0, this.#most);
  }

  /** As far as it matters. */
  #shuffled(all: readonly Instance[]): readonly Instance[] {
    const shuffled = [...all];
    for (let at = 0; at < this.#most; at++) {
      const other = at + Math.floor(this.#random.number() * (all.length - at));
      [shuffled[at], shuffled[other]] = [shuffled[other] as Instance, shuffled[at] as Instance];
    }
    return shuffled;
  }

  /** `null` if too few of them are wanted to be found by drawing. */
  #drawn(all: readonly Instance[], isWanted: (one: Instance) => boolean): readonly Instance[] | null {
    const seen = new Set<number>();
    const found: Instance[] = [];
    for (let draw = 0; draw < this.#most * DRAWS_PER_CANDIDATE * 2; draw++) {
      const at = Math.floor(this.#random.number() * all.length);
      if (seen.has(at)) continue;
      seen.add(at);
      const one = all[at] as Instance;
      if (!isWanted(one) || found.push(one) < this.#most) continue;
      this.isSample = true;
      return found;
    }
    return null;
  }
}
