/** What goes wrong, and when: a plan drawn by the seed before anything happens, so that it can be read and repeated. */
import type { SeededRandom } from '@rollcall/conformance';
import { ZONES } from './fleet.js';

export type Trouble =
  /** The node's process is suspended. */
  | { readonly what: 'sleep'; readonly forMs: number }
  /** It is killed, and started again over the same store. */
  | { readonly what: 'restart'; readonly forMs: number }
  /** Somebody sets the wall clock. */
  | { readonly what: 'jump'; readonly byMs: number }
  /** A zone cannot reach the registry; its instances go on beating. */
  | { readonly what: 'outage'; readonly zone: number; readonly forMs: number }
  /** Many die at once: in a zone, or (`null`) everywhere. */
  | { readonly what: 'collapse'; readonly zone: number | null; readonly share: number }
  /** A few of everywhere: die, say goodbye, come back. */
  | { readonly what: 'churn'; readonly share: number }
  /** An operator lets go who is held. */
  | { readonly what: 'release' };

export type Planned = Trouble & { readonly atMs: number };

/** From which of them there is how much: churn all the time, the rest now and then. */
const mix: readonly Trouble['what'][] = [
  'sleep',
  'sleep',
  'restart',
  'jump',
  'outage',
  'outage',
  'collapse',
  'churn',
  'churn',
  'churn',
  'release',
];

/** Between two troubles, on average. */
const EVERY_MS = 12_000;

const HOUR_MS = 3_600_000;

export function planTrouble(random: SeededRandom, durationMs: number, stepMs: number): readonly Planned[] {
  const planned: Planned[] = [];
  for (let atMs = EVERY_MS; atMs < durationMs; atMs += Math.ceil((random.number() * 2 * EVERY_MS) / stepMs) * stepMs) {
    planned.push({ ...draw(random, stepMs), atMs });
  }
  return planned;
}

function draw(random: SeededRandom, stepMs: number): Trouble {
  const lasting = (maxMs: number): number => stepMs * (1 + random.below(maxMs / stepMs));
  const what = mix[random.below(mix.length)] ?? 'churn';
  switch (what) {
    case 'sleep':
      // Most are short: a collection, a starved processor. Some are a laptop's lid.
      return { what, forMs: random.number() < 0.7 ? lasting(1000) : lasting(60_000) };
    case 'restart':
      return { what, forMs: lasting(20_000) };
    case 'jump':
      return { what, byMs: Math.round((random.number() * 2 - 1) * 2 * HOUR_MS) };
    case 'outage':
      return { what, zone: random.below(ZONES), forMs: lasting(80_000) };
    case 'collapse':
      return { what, zone: random.number() < 0.5 ? null : random.below(ZONES), share: 0.2 + 0.6 * random.number() };
    case 'churn':
      return { what, share: 0.02 * random.number() };
    case 'release':
      return { what };
  }
}
