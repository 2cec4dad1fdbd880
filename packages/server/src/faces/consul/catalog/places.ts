/**
 * Who is on which node. Made when somebody first asks for nodes, and kept up with every change from then on: most registries are
 * never asked.
 */
import { Namespace, type CatalogView, type ChangeBatch, type Instance, type MachineName } from '@rollcall/core';
import { consulItself } from '../itself.js';
import { nodeNameOf } from './nodes.js';

export class Places {
  readonly #view: CatalogView;
  #byNode: Map<MachineName, Set<Instance>> | null = null;

  constructor(view: CatalogView) {
    this.#view = view;
  }

  /** Nodes that somebody is on. */
  names(): Iterable<MachineName> {
    return this.#known().keys();
  }

  /** In no order. */
  on(name: MachineName): Iterable<Instance> {
    return this.#known().get(name) ?? [];
  }

  #known(): Map<MachineName, Set<Instance>> {
    if (this.#byNode !== null) return this.#byNode;
    this.#view.follow({ changed: (batch) => this.#take(batch), reset: () => this.#read() }, consulItself, { namespace: Namespace.default });
    return this.#read();
  }

  #read(): Map<MachineName, Set<Instance>> {
    this.#byNode = new Map();
    for (const instance of this.#view.allInstances(consulItself)) if (instance.namespace === Namespace.default) this.#put(instance);
    return this.#byNode;
  }

  #take({ changes }: ChangeBatch): void {
    for (const { previous, current } of changes) {
      if (previous !== null) this.#remove(previous);
      if (current !== null) this.#put(current);
    }
  }

  #put(instance: Instance): void {
    const name = nodeNameOf(instance);
    const others = this.#byNode?.get(name);
    if (others === undefined) this.#byNode?.set(name, new Set([instance]));
    else others.add(instance);
  }

  #remove(instance: Instance): void {
    const name = nodeNameOf(instance);
    const others = this.#byNode?.get(name);
    if (others?.delete(instance) === true && others.size === 0) this.#byNode?.delete(name);
  }
}
