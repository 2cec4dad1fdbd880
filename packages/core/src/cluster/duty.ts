/**
 * Who looks after whom. Every live node throws a number for an attendant, by a hash of both names, and the highest has the
 * duty (rendezvous hashing). So all nodes with the same roster say the same without a word between them, and when a node goes
 * or comes, only what was its own or becomes its own moves. Nothing is stored; the law is in duty.test.ts.
 */
import type { NodeName } from './node-name.js';
import type { LiveNode, RosterView } from './roster-view.js';

/**
 * The share of this node, as the roster has it at this moment. An attendant's text is what `refText` says of an instance and
 * `machineText` of a machine. It may be asked from within a listener of the roster. Whether this node may also write what it
 * finds, its fences say.
 */
export interface Duty {
  isOurs(text: string): boolean;
  /** `null` while there is nobody who has duty. */
  ownerOf(text: string): NodeName | null;
}

/** The duty of a node that has no others: all of it. `name` is what it answers when asked who. */
export function dutyAlone(name: NodeName): Duty {
  return { isOurs: () => true, ownerOf: () => name };
}

export class SharedDuty implements Duty {
  readonly #roster: RosterView;
  #nodes: readonly LiveNode[] = [];
  /** Those with duty, and the seeds that they throw with, in the order of their names. */
  #names: readonly NodeName[] = [];
  #seeds: Uint32Array = new Uint32Array(0);
  /** Our place among them; -1 for none. */
  #own = -1;

  constructor(roster: RosterView) {
    this.#roster = roster;
  }

  isOurs(text: string): boolean {
    this.#look();
    const own = this.#own;
    return own !== -1 && (this.#seeds.length === 1 || this.#highest(dutyHash(text)) === own);
  }

  ownerOf(text: string): NodeName | null {
    this.#look();
    return this.#names[this.#highest(dutyHash(text))] ?? null;
  }

  /** The roster makes a new list whenever anything in it changes. */
  #look(): void {
    const { nodes, self } = this.#roster;
    if (nodes === this.#nodes) return;
    const onDuty = nodes.filter(({ leaving }) => !leaving);
    this.#nodes = nodes;
    this.#names = onDuty.map(({ name }) => name);
    this.#seeds = Uint32Array.from(this.#names, dutyHash);
    this.#own = self === null || self.leaving ? -1 : this.#names.indexOf(self.name);
  }

  /** -1 among nobody. Of two equal throws the first name's counts, on every node. */
  #highest(hash: number): number {
    const seeds = this.#seeds;
    let winner = -1;
    let highest = -1;
    for (let place = 0; place < seeds.length; place++) {
      const thrown = mixed(hash ^ (seeds[place] as number));
      if (thrown <= highest) continue;
      highest = thrown;
      winner = place;
    }
    return winner;
  }
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over the characters, mixed: a few nanoseconds for a name. All nodes of a cluster have to say the same, so it stays as it is. */
export function dutyHash(text: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return mixed(hash);
}

/** The finish of MurmurHash3: every bit that comes in moves about half of those that go out. */
function mixed(number: number): number {
  let bits = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
