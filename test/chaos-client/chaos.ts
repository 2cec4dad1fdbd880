/** One fault after the other under constant load, with a little quiet in between; each is judged by what callers noticed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@rollcall/conformance';
import type { Fault, Pace } from './fault.js';
import { instanceFaults } from './instance-faults.js';
import { noneFailed, percentile, summary, type Stretch } from './judging.js';
import { registryFaults } from './registry-faults.js';
import type { Stage } from './stage.js';

export const faults: Readonly<Record<string, Fault>> = { ...instanceFaults, ...registryFaults };

export interface ChaosOptions {
  readonly stage: Stage;
  readonly seed: number;
  /** Every fault once, in an order of the seed, and again until this is over. */
  readonly troubleMs: number;
  /** Only these. */
  readonly only?: readonly string[];
  readonly pace: Pace;
  /** Between two faults, and before the first one. */
  readonly quietMs: number;
  readonly say: (line: string) => void;
}

/** What broke a law. */
export async function chaos({
  stage,
  seed,
  troubleMs,
  only = Object.keys(faults),
  pace,
  quietMs,
  say,
}: ChaosOptions): Promise<readonly string[]> {
  const random = new SeededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random.number() * items.length)] as Item;
  const objections: string[] = [];
  let usualP99Ms = 0;
  const look = async (name: string, during: () => Promise<(stretch: Stretch) => readonly string[]>): Promise<void> => {
    const fromMs = Date.now();
    const judge = await during();
    await sleep(quietMs);
    const untilMs = Date.now();
    // What began in this stretch may still be on its way: the longest call, and the next report.
    await sleep(stage.options.tryMs + 200);
    const isWithin = ({ atMs }: { readonly atMs: number }): boolean => atMs >= fromMs && atMs < untilMs;
    const { fleet } = stage;
    const stretch = { name, fromMs, calls: fleet.calls.filter(isWithin), ejections: fleet.ejections.filter(isWithin), usualP99Ms };
    const found = judge(stretch);
    objections.push(...found);
    say(`${found.length === 0 ? 'kept  ' : 'BROKEN'} ${summary(stretch)}`);
    if (name === 'nothing') usualP99Ms = percentile(stretch.calls, 99);
    // What was judged is not needed any more.
    fleet.calls.splice(0, fleet.calls.filter(({ atMs }) => atMs < untilMs).length);
  };
  await look('nothing', () => Promise.resolve(noneFailed));
  const endMs = Date.now() + troubleMs;
  do {
    for (const name of shuffled(only, random)) {
      const fault = faults[name];
      if (fault === undefined) throw new TypeError(`There is no fault ${name}; there are ${Object.keys(faults).join(', ')}.`);
      await look(name, () => fault(stage, pick, pace));
      if (Date.now() > endMs) break;
    }
  } while (Date.now() < endMs);
  return objections;
}

function shuffled(names: readonly string[], random: SeededRandom): readonly string[] {
  return names
    .map((name) => ({ name, by: random.number() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ name }) => name);
}
