/** A company that does what a test says: a roster that is set, and other nodes that note what they are told. */
import type { AttendantName, Colleagues, Heard } from '../ports/colleagues.js';
import type { Company } from './company.js';
import { SharedDuty, type Duty } from './duty.js';
import type { NodeName } from './node-name.js';
import type { LiveNode, RosterChange, RosterView } from './roster-view.js';

export class SetRoster implements RosterView {
  #nodes: readonly LiveNode[];
  readonly #self: string;
  readonly #listeners = new Set<(change: RosterChange) => void>();
  revision = 1;

  constructor(self: string, names: readonly string[]) {
    this.#self = self;
    this.#nodes = names.map((name) => nodeCalled(name));
  }

  get nodes(): readonly LiveNode[] {
    return this.#nodes;
  }

  get self(): LiveNode | null {
    return this.#nodes.find(({ name }) => name === this.#self) ?? null;
  }

  follow(listener: (change: RosterChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  join(name: string): void {
    const node = nodeCalled(name);
    this.#become([...this.#nodes, node], { joined: [node], left: [], lost: [] });
  }

  goes(name: string, how: 'left' | 'lost'): void {
    const gone = this.#nodes.filter((node) => node.name === name);
    this.#become(
      this.#nodes.filter((node) => node.name !== name),
      { joined: [], left: [], lost: [], [how]: gone },
    );
  }

  leaves(name: string): void {
    this.#become(
      this.#nodes.map((node) => (node.name === name ? { ...node, leaving: true } : node)),
      { joined: [], left: [], lost: [] },
    );
  }

  #become(nodes: readonly LiveNode[], change: RosterChange): void {
    this.#nodes = nodes;
    this.revision++;
    for (const listener of this.#listeners) listener(change);
  }
}

/** We are `a`. */
export class SetCompany implements Company, Colleagues {
  readonly roster: SetRoster;
  readonly duty: Duty;
  readonly colleagues: Colleagues = this;
  member = true;
  /** Batches that the others took, in order. */
  readonly handed: { readonly to: string; readonly heard: readonly Heard[] }[] = [];
  readonly asked: { readonly whom: string; readonly who: readonly string[] }[] = [];
  readonly unreachable = new Set<string>();
  /** What the others say when they are asked. */
  answers: (whom: string, who: string) => number | null = () => null;

  /** `owner` decides whose duty somebody is; left out, as it is among nodes of these names. */
  constructor(names: readonly string[], owner?: (text: string) => string) {
    this.roster = new SetRoster('a', names);
    const shared = new SharedDuty(this.roster);
    const set = (text: string): NodeName | null => (owner === undefined ? shared.ownerOf(text) : (owner(text) as NodeName));
    this.duty = { ownerOf: set, isOurs: (text) => set(text) === 'a' };
  }

  readonly isMember = (): boolean => this.member;

  async hand(to: NodeName, heard: readonly Heard[]): Promise<void> {
    this.#demandReached(to);
    this.handed.push({ to, heard });
  }

  async ask(whom: NodeName, who: readonly AttendantName[]): Promise<readonly (number | null)[]> {
    this.#demandReached(whom);
    this.asked.push({ whom, who });
    return who.map((one) => this.answers(whom, one));
  }

  reaches(node: NodeName): boolean {
    return !this.unreachable.has(node);
  }

  #demandReached(node: string): void {
    if (this.unreachable.has(node)) throw new Error(`${node} cannot be reached`);
  }
}

let lives = 0;

function nodeCalled(name: string): LiveNode {
  return { name: name as NodeName, createRevision: ++lives, peer: `${name}:8510`, leaving: false };
}
