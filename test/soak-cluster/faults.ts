/** What goes wrong, and when: drawn by the seed before anything happens, so that it can be read and repeated. */
import type { SeededRandom } from '@rollcall/conformance';
import type { Cut } from './link.js';

export type Trouble =
  | { readonly what: 'node killed' | 'node paused'; readonly node: string; readonly forMs: number }
  /** Politely, and at once again. */
  | { readonly what: 'node restarted'; readonly node: string }
  | { readonly what: 'etcd killed' | 'etcd paused'; readonly members: readonly number[]; readonly forMs: number }
  /** One node from some etcds. */
  | { readonly what: 'engine cut'; readonly node: string; readonly members: readonly number[]; readonly cut: Cut; readonly forMs: number }
  | { readonly what: 'engine slow'; readonly node: string; readonly ms: number; readonly forMs: number }
  /** Connections of the first to the second, and the other way round. */
  | {
      readonly what: 'peers cut';
      readonly node: string;
      readonly other: string;
      readonly cut: Cut;
      readonly both: boolean;
      readonly forMs: number;
    }
  | { readonly what: 'peers slow'; readonly node: string; readonly other: string; readonly ms: number; readonly forMs: number }
  | { readonly what: 'clients cut'; readonly node: string; readonly cut: Cut; readonly forMs: number }
  /** From every etcd and every other node; its clients reach it. */
  | { readonly what: 'isolated'; readonly node: string; readonly cut: Cut; readonly forMs: number }
  /** Each node and then each etcd, one after the other, politely. */
  | { readonly what: 'all restarted' };

export type Planned = Trouble & { readonly atMs: number };

export interface Plan {
  readonly nodes: readonly string[];
  readonly etcds: number;
  readonly forMs: number;
}

const clusterMix: readonly Trouble['what'][] = [
  'node killed',
  'node killed',
  'node paused',
  'node paused',
  'node restarted',
  'etcd killed',
  'etcd paused',
  'etcd paused',
  'engine cut',
  'engine cut',
  'engine slow',
  'peers cut',
  'peers cut',
  'peers slow',
  'clients cut',
  'isolated',
  'isolated',
  'all restarted',
];
const singleMix: readonly Trouble['what'][] = ['node killed', 'node paused', 'node restarted', 'clients cut'];

/** Storms of several troubles that overlap, and calms in which what was promised has to come. */
const EVERY_MS = 5_000;
const STORM_MS = 30_000;
const CALM_MS = 22_000;

const cuts: readonly Cut[] = ['reset', 'silent', 'there', 'back'];

export function planFaults(random: SeededRandom, { nodes, etcds, forMs }: Plan): readonly Planned[] {
  const mix = etcds === 0 ? singleMix : clusterMix;
  const planned: Planned[] = [];
  for (let stormMs = 2_000; stormMs < forMs; stormMs += STORM_MS + CALM_MS) {
    const endMs = Math.min(forMs, stormMs + STORM_MS);
    for (let atMs = stormMs; atMs < endMs; atMs += 500 + random.below(2 * EVERY_MS)) {
      planned.push({ ...draw(random, mix[random.below(mix.length)] ?? 'node killed', nodes, etcds), atMs });
    }
  }
  return planned;
}

function draw(random: SeededRandom, what: Trouble['what'], nodes: readonly string[], etcds: number): Trouble {
  const at = random.below(nodes.length);
  const node = nodes[at] ?? '';
  const other = nodes[(at + 1 + random.below(Math.max(1, nodes.length - 1))) % nodes.length] ?? '';
  const cut = cuts[random.below(cuts.length)] ?? 'silent';
  // Shorter than a lease, about as long, and longer.
  const forMs = 1_000 + random.below(random.number() < 0.5 ? 5_000 : 19_000);
  const ms = 20 + random.below(280);
  switch (what) {
    case 'node killed':
    case 'node paused':
      return { what, node, forMs };
    case 'node restarted':
      return { what, node };
    case 'etcd killed':
    case 'etcd paused':
      return { what, members: someOf(random, etcds), forMs };
    case 'engine cut':
      return { what, node, members: random.number() < 0.5 ? [...Array(etcds).keys()] : someOf(random, etcds), cut, forMs };
    case 'engine slow':
      return { what, node, ms, forMs };
    case 'peers cut':
      return { what, node, other, cut, both: random.number() < 0.5, forMs };
    case 'peers slow':
      return { what, node, other, ms, forMs };
    case 'clients cut':
    case 'isolated':
      return { what, node, cut, forMs };
    case 'all restarted':
      return { what };
  }
}

/** Mostly one; two of three, and the quorum is lost. */
function someOf(random: SeededRandom, count: number): readonly number[] {
  const first = random.below(count);
  return random.number() < 0.7 ? [first] : [first, (first + 1) % count];
}
