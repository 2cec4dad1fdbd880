/** The same questions to a real Consul and to the face, and every answer of the one beside that of the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@rollcall/conformance';
import { comparablePair, type Pair, type Side } from './comparable.js';
import { excuseFor } from './excuses.js';
import { Sequence } from './sequence.js';
import type { Ask } from './step.js';
import type { Subject } from './subject.js';

export interface Report {
  readonly asked: number;
  /** By status of the real one. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly excused: Readonly<Record<string, number>>;
  /** The first that was found, and what led to it; `null` for none. */
  readonly difference: string | null;
}

/** An agent tells its servers of a check a moment later, and a session ends a moment after what it was bound to: reads are asked again until then. */
const SETTLED_WITHIN_MS = 3000;
const AGAIN_AFTER_MS = 40;
/** What led to a difference, as far as it is shown. */
const LATELY = 25;

export class Diff {
  readonly #real: Subject;
  readonly #face: Subject;
  readonly #sequence: Sequence;
  readonly #statuses: Record<string, number> = {};
  readonly #excused: Record<string, number> = {};
  readonly #lately: string[] = [];
  #asked = 0;
  #difference: string | null = null;

  constructor(seed: number, real: Subject, face: Subject) {
    this.#real = real;
    this.#face = face;
    this.#sequence = new Sequence(new SeededRandom(seed));
  }

  async run(steps: number): Promise<Report> {
    for (let step = 0; step < steps && this.#difference === null; step++) await this.#take(this.#sequence.next());
    return { asked: this.#asked, statuses: this.#statuses, excused: this.#excused, difference: this.#difference };
  }

  async #take(step: Ask): Promise<void> {
    this.#asked++;
    this.#lately.push(JSON.stringify(step));
    if (this.#lately.length > LATELY) this.#lately.shift();
    const untilMs = Date.now() + (step.method === 'GET' ? SETTLED_WITHIN_MS : 0);
    for (;;) {
      const pair = await this.#ask(step);
      if (pair.theirs === pair.ours) return;
      const excuse = excuseFor({ asked: step, ...pair });
      if (excuse !== undefined) {
        this.#excused[excuse.reason] = (this.#excused[excuse.reason] ?? 0) + 1;
        return;
      }
      if (Date.now() >= untilMs) return this.#differs(pair);
      await sleep(AGAIN_AFTER_MS);
    }
  }

  async #ask(step: Ask): Promise<Pair> {
    const [theirs, ours] = [await this.#real.ask(step), await this.#face.ask(step)];
    this.#statuses[theirs.status] = (this.#statuses[theirs.status] ?? 0) + 1;
    return comparablePair(step, theirs, ours, { theirs: unjudged(), ours: unjudged() });
  }

  #differs({ theirs, ours }: Pair): void {
    const [real, face] = [theirs.split('\n'), ours.split('\n')];
    const only = (lines: readonly string[], others: readonly string[]): string =>
      lines.filter((line) => !others.includes(line)).join('\n  ');
    this.#difference = [
      `at question ${this.#asked}:`,
      ...this.#lately,
      `only Consul says:\n  ${only(real, face)}`,
      `only the face says:\n  ${only(face, real)}`,
    ].join('\n');
  }
}

/** How indexes move is asked of transcripts. */
function unjudged(): Side {
  return { isJudged: false, reads: new Map() };
}
