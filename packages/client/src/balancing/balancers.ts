/** The ways of choosing, by name: which there are, and which holds where nothing is said. */
import type { Balancer } from './balancer.js';
import type { BalancerParts } from './balancing-options.js';
import { ConsistentHash } from './consistent-hash.js';
import { LeastOutstanding } from './least-outstanding.js';
import { PeakEwma } from './peak-ewma.js';
import { RandomChoice } from './random-choice.js';
import { RoundRobin } from './round-robin.js';
import { Weighted } from './weighted.js';

export type BalancerName =
  /** Of two by chance, who would answer sooner: by what calls take there lately, and how many it has. */
  | 'peak-ewma'
  /** Who has the fewest calls. */
  | 'least-outstanding'
  /** Each in turn, whatever its weight. */
  | 'round-robin'
  /** In turn, as often and as evenly as the weights have it. */
  | 'weighted'
  /** By chance, as the weights have it. */
  | 'random'
  /** The same key to the same endpoint. */
  | 'consistent-hash';

export const usualBalancer: BalancerName = 'peak-ewma';

export const balancers: Readonly<Record<BalancerName, (parts: BalancerParts) => Balancer>> = {
  'peak-ewma': ({ clock, random }) => new PeakEwma(clock, random),
  'least-outstanding': () => new LeastOutstanding(),
  'round-robin': ({ random }) => new RoundRobin(random),
  'weighted': ({ random }) => new Weighted(random),
  'random': ({ random }) => new RandomChoice(random),
  'consistent-hash': ({ random, hash }) => new ConsistentHash(random, hash),
};
