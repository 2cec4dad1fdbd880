/** The instances on one machine. On most machines they are few: a list of those is made more quickly than a set, and takes less room. */
import type { Instance } from '../catalog/instance.js';

/** More than run on an ordinary machine, and still found by a look at each. */
const FEW_MAX = 128;

export class Residents {
  #all: Instance[] | Set<Instance>;

  constructor(first: Instance) {
    this.#all = [first];
  }

  get size(): number {
    return this.#all instanceof Set ? this.#all.size : this.#all.length;
  }

  all(): readonly Instance[] {
    return [...this.#all];
  }

  /** One who is not here. */
  add(instance: Instance): void {
    if (this.#all instanceof Set) this.#all.add(instance);
    else if (this.#all.push(instance) > FEW_MAX) this.#all = new Set(this.#all);
  }

  /** One who is here, as for all that follows. */
  remove(instance: Instance): void {
    if (this.#all instanceof Set) this.#all.delete(instance);
    else this.#all.splice(this.#all.indexOf(instance), 1);
  }

  /** The same one, changed. */
  replace(previous: Instance, instance: Instance): void {
    if (this.#all instanceof Set) {
      this.#all.delete(previous);
      this.#all.add(instance);
    } else this.#all[this.#all.indexOf(previous)] = instance;
  }
}
