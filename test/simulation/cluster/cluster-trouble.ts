/** What goes wrong in a cluster, and when: a plan drawn by the seed before anything happens. */
import type { SeededRandom } from '@rollcall/conformance';

/** Nodes and links go by numbers; what does not exist at that moment is passed over. */
export type ClusterTrouble =
  /** The process is suspended. */
  | { readonly what: 'pause'; readonly node: number; readonly forMs: number }
  /** Its watches lag behind. */
  | { readonly what: 'lag'; readonly node: number; readonly byMs: number; readonly forMs: number }
  /** One node cannot reach the log. */
  | { readonly what: 'cut off'; readonly node: number; readonly forMs: number }
  /** Nobody can. */
  | { readonly what: 'engine away'; readonly forMs: number }
  /** Messages from one node to another are lost; both ways or one. */
  | { readonly what: 'cut link'; readonly from: number; readonly to: number; readonly bothWays: boolean; readonly forMs: number }
  /** A node reaches neither the log nor the others. */
  | { readonly what: 'isolate'; readonly node: number; readonly forMs: number }
  /** Killed, and started again under the same name. */
  | { readonly what: 'crash'; readonly node: number; readonly forMs: number }
  /** Stopped politely, and started again. */
  | { readonly what: 'stop'; readonly node: number; readonly forMs: number }
  /** A node that was not there before, while the watches of another one lag. */
  | { readonly what: 'join'; readonly laggard: number; readonly byMs: number; readonly forMs: number }
  /** Those that were dead are back and die at once, while the watches of a node lag. */
  | { readonly what: 'flash'; readonly laggard: number; readonly byMs: number; readonly forMs: number }
  /** Some instances die, and some that were dead are back. */
  | { readonly what: 'churn'; readonly share: number };

export type PlannedTrouble = ClusterTrouble & { readonly atMs: number };

const kinds: readonly ClusterTrouble['what'][] = [
  'pause',
  'pause',
  'lag',
  'cut off',
  'engine away',
  'cut link',
  'cut link',
  'isolate',
  'crash',
  'crash',
  'stop',
  'stop',
  'join',
  'flash',
  'churn',
  'churn',
];

export function planClusterTrouble(random: SeededRandom, fromMs: number, toMs: number, nodes: number): readonly PlannedTrouble[] {
  const planned: PlannedTrouble[] = [];
  const count = 3 + random.below(6);
  for (let at = 0; at < count; at++) planned.push({ ...draw(random, nodes), atMs: fromMs + random.below(toMs - fromMs) });
  return planned.toSorted((one, other) => one.atMs - other.atMs);
}

function draw(random: SeededRandom, nodes: number): ClusterTrouble {
  const what = kinds[random.below(kinds.length)] ?? 'churn';
  const node = random.below(nodes);
  /** Half of them short, as a collection or a slow switch is; half longer than a membership. */
  const forMs = random.number() < 0.5 ? 100 + random.below(3000) : 1000 + random.below(12_000);
  switch (what) {
    case 'lag':
      return { what, node, byMs: 200 + random.below(8000), forMs };
    case 'engine away':
      return { what, forMs };
    case 'cut link':
      return { what, from: node, to: (node + 1 + random.below(nodes - 1)) % nodes, bothWays: random.number() < 0.5, forMs };
    case 'flash':
    case 'join':
      return { what, laggard: node, byMs: 1000 + random.below(8000), forMs };
    case 'churn':
      return { what, share: 0.1 + 0.3 * random.number() };
    case 'pause':
    case 'cut off':
    case 'isolate':
    case 'crash':
    case 'stop':
      return { what, node, forMs };
  }
}
