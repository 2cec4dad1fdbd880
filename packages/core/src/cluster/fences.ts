/**
 * What must hold in the log for a verdict of this node to be written: its place is the one that it believes in, and nobody has
 * joined whom it had not seen when it decided that the duty was its own. The engine judges that in the very commit, so neither
 * a pause nor a late watch makes two nodes judge the same at once: the argument stands in docs/internals/cluster.md.
 */
import { nodeKey, nodesRange } from '../records/keys.js';
import type { Compare } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import type { Membership } from './membership.js';
import type { NodeName } from './node-name.js';
import type { Roster } from './roster.js';

export interface FencesOptions {
  readonly name: NodeName;
  readonly roster: Pick<Roster, 'self' | 'revision' | 'isCurrent'>;
  readonly membership: Pick<Membership, 'life'>;
}

export class ClusterFences {
  readonly #options: FencesOptions;
  readonly #own: Compare['range'];

  constructor(options: FencesOptions) {
    this.#options = options;
    this.#own = singleKey(nodeKey(options.name));
  }

  /** Whether they can hold at all now. If not, there is no use in asking others about a verdict, nor in trying to write it. */
  get canHold(): boolean {
    return this.#lastSaid() !== null;
  }

  /**
   * For a verdict that was decided by the roster as of this revision; left out, as it is now. A node that is no member by its own
   * clock, or whose roster does not show its latest word, gets a fence that cannot hold. Two compares at most.
   */
  at(asOf: number = this.#options.roster.revision): readonly Compare[] {
    const modRevision = this.#lastSaid();
    if (modRevision === null || modRevision > asOf) return [{ range: this.#own, target: 'version', is: '<', operand: 0 }];
    return [
      { range: this.#own, target: 'mod', is: '=', operand: modRevision },
      { range: nodesRange, target: 'create', is: '<', operand: asOf + 1 },
    ];
  }

  /** The revision of this node's own last word, if that is what the roster shows, too. */
  #lastSaid(): number | null {
    const { roster, membership } = this.#options;
    const said = membership.life?.modRevision ?? null;
    return roster.isCurrent && roster.self?.modRevision === said ? said : null;
  }
}
