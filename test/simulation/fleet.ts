/** The instances out there: when they beat, whether they are alive, and what they do when the registry has forgotten them. */
import { readRegistration, type Registration } from '@rollcall/core';
import type { SeededRandom } from '@rollcall/conformance';
import { idOf } from './oracle.js';

export type Life = 'beating' | 'dead' | 'left';

/** What an operator would set: most with the usual terms, some in a hurry. */
const terms = [
  { ttlMs: 30_000, termMs: 90_000, beatMs: 10_000 },
  { ttlMs: 30_000, termMs: 20_000, beatMs: 10_000 },
  { ttlMs: 15_000, termMs: 30_000, beatMs: 5_000 },
  { ttlMs: 4_000, termMs: 0, beatMs: 1_300 },
] as const;
const shares = [0.6, 0.8, 0.97, 1];

/** After so long everybody who is silent has departed, if nobody holds it. */
export const LONGEST_MS: number = Math.max(...terms.map(({ ttlMs, termMs }) => ttlMs + termMs));

/** Zones fail together. */
export const ZONES = 5;

export class Fleet {
  readonly size: number;
  readonly ttlMs: Float64Array;
  readonly termMs: Float64Array;
  readonly zone: Uint8Array;
  readonly lives: Life[];
  /** It has to say more than "I am here": it was told that nobody knows it, or has come back. */
  readonly isUnknown: Uint8Array;
  readonly registrations: readonly Registration[];
  readonly #random: SeededRandom;
  readonly #beatMs: Float64Array;
  /** Whose turn it is to beat, by the step. */
  readonly #calendar = new Map<number, number[]>();
  readonly #stepMs: number;

  constructor(size: number, stepMs: number, random: SeededRandom) {
    this.size = size;
    this.#stepMs = stepMs;
    this.#random = random;
    this.ttlMs = new Float64Array(size);
    this.termMs = new Float64Array(size);
    this.#beatMs = new Float64Array(size);
    this.zone = Uint8Array.from({ length: size }, () => random.below(ZONES));
    this.lives = Array.from({ length: size }, (): Life => 'beating');
    this.isUnknown = new Uint8Array(size).fill(1);
    this.registrations = Array.from({ length: size }, (_, at) => this.#register(at));
  }

  /** Whose time it is; each is put into the calendar again, a little earlier or later than planned. */
  takeTurns(step: number): readonly number[] {
    const turns = this.#calendar.get(step) ?? [];
    this.#calendar.delete(step);
    for (const at of turns) this.#plan(at, step, 0.9 + 0.2 * this.#random.number());
    return turns;
  }

  /** Some of those who live so, chosen by chance. */
  some(life: Life, share: number, zone: number | null = null): readonly number[] {
    const chosen: number[] = [];
    for (let at = 0; at < this.size; at++) {
      if (this.lives[at] === life && (zone === null || this.zone[at] === zone) && this.#random.number() < share) chosen.push(at);
    }
    return chosen;
  }

  #register(at: number): Registration {
    const drawn = this.#random.number();
    const { ttlMs, termMs, beatMs } = terms[shares.findIndex((share) => drawn < share)] ?? terms[0];
    this.ttlMs[at] = ttlMs;
    this.termMs[at] = termMs;
    this.#beatMs[at] = beatMs;
    this.#plan(at, 0, this.#random.number());
    const fields = { service: `service-${at % 200}`, id: idOf(at), host: '10.0.0.5', port: 8080, ttl: ttlMs, deregisterAfter: termMs };
    return readRegistration(fields, { face: 'simulation' });
  }

  #plan(at: number, step: number, share: number): void {
    const next = step + Math.max(1, Math.round(((this.#beatMs[at] as number) * share) / this.#stepMs));
    const turns = this.#calendar.get(next);
    if (turns === undefined) this.#calendar.set(next, [at]);
    else turns.push(at);
  }
}
