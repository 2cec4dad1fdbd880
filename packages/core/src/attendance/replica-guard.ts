/** The guard's desk of a node that looks after nobody: it shows the shared book, and an operator's word for all goes into that. */
import { ROLLCALL } from '../access/judge.js';
import { everything } from '../access/permissions.js';
import type { Namespace } from '../catalog/names.js';
import { RollcallError } from '../errors.js';
import type { Caller, CatalogView, GuardDesk, GuardReport, HeldScope, ServiceSummary } from '../face.js';
import { GuardBook, type GuardBookOptions } from './guard-book.js';

export interface ReplicaGuardOptions extends Omit<GuardBookOptions, 'now' | 'present' | 'changed'> {
  readonly view: CatalogView;
}

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'guard' };

export class ReplicaGuard implements GuardDesk {
  readonly #view: CatalogView;
  readonly #book: GuardBook;

  constructor({ view, ...options }: ReplicaGuardOptions) {
    this.#view = view;
    const now = (): number => options.clock.monotonicMs();
    this.#book = new GuardBook({ ...options, now, present: () => this.#count(({ instances }) => instances), changed: () => undefined });
  }

  /** Settles when what the log says is known. */
  start(): Promise<void> {
    return this.#book.start();
  }

  close(): void {
    this.#book.close();
  }

  report(_caller: Caller): GuardReport {
    return { ...this.#book.book, holding: this.#book.state.holding, held: this.#held() };
  }

  /** The book knows numbers and no names: it can let go all who are held, if they are all meant. */
  async release(which: HeldScope, _caller: Caller): Promise<number> {
    const held = this.#held();
    const meant = which.namespace === undefined ? held : this.#heldIn(which);
    if (meant === 0) return 0;
    if (meant < held) {
      throw new RollcallError('invalid-request', 'A replica can let go all who are held. Some of them a full node can: ask one.');
    }
    await this.#book.release(held);
    return held;
  }

  #held(): number {
    return this.#count(({ held }) => held);
  }

  #heldIn({ namespace, service }: HeldScope & { readonly namespace: Namespace }): number {
    if (service !== undefined) return this.#view.service(namespace, service, self)?.held ?? 0;
    return this.#view.services(namespace, self).reduce((sum, { held }) => sum + held, 0);
  }

  #count(of: (service: ServiceSummary) => number): number {
    const services = this.#view.namespaces(self).flatMap((namespace) => this.#view.services(namespace, self));
    return services.reduce((sum, service) => sum + of(service), 0);
  }
}
