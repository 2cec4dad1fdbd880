/**
 * A history that breaks no law, small enough to be changed by hand: one instance that beats, one that stops, one that says
 * goodbye and is back; two nodes with their watchers.
 */
import type { Doubtful, End, Fault, Goodbye, Heard, Life, Reading, Shown, Stream, Told, Unknown } from '../history.js';

type Loose<Part> = {
  -readonly [Key in keyof Part]: Exclude<Part[Key], null> extends readonly (infer Item)[]
    ? Loose<Item>[] | Extract<Part[Key], null>
    : Part[Key];
};

/** The same, to be changed. */
export interface Draft {
  lives: Loose<Life>[];
  streams: Loose<Stream>[];
  readings: Loose<Reading>[];
  faults: Loose<Fault>[];
  end: Loose<End>;
  endMs: number;
}

const TTL_MS = 3_000;
const TERM_MS = 2_000;
const END_MS = 40_000;
const BEAT_MS = 1_000;

/** Both ends of a call that took this long. */
const call = (sentMs: number, node = 'a') => ({ node, sentMs, ackMs: sentMs + 10 });

export function registration(sentMs: number, revision: number): Heard {
  return { what: 'registration', ...call(sentMs), revision };
}

export function beats(fromMs: number, untilMs: number): Heard[] {
  const count = Math.floor((untilMs - fromMs) / BEAT_MS);
  return Array.from({ length: count }, (_, at) => ({
    what: 'beat',
    ...call(fromMs + at * BEAT_MS, at % 2 === 0 ? 'a' : 'b'),
    revision: null,
  }));
}

export function shown(who: string, revision: number, sinceMs: number | null = null): Shown {
  return { who, health: sinceMs === null ? 'passing' : 'critical', sinceMs, revision };
}

export function told(
  what: Told['what'],
  atMs: number,
  revision: number,
  items: readonly Shown[],
  gone: readonly string[] = [],
): Loose<Told> {
  return { what, atMs, epoch: 'e', revision, shown: [...items], gone: [...gone] };
}

const life = (who: string, heard: readonly Heard[], goodbyes: readonly Goodbye[] = []): Loose<Life> => ({
  who,
  ttlMs: TTL_MS,
  termMs: TERM_MS,
  heard: [...heard],
  goodbyes: [...goodbyes],
  doubtful: [] as Doubtful[],
  unknown: [] as Unknown[],
});

export function example(): Draft {
  const everybody = (node: string): Loose<Stream> => ({
    node,
    filter: 'any',
    told: [
      told('snapshot', 0, 1, []),
      told('change', 110, 2, [shown('web/beats', 2)]),
      told('change', 210, 3, [shown('web/stops', 3)]),
      told('change', 310, 4, [shown('web/leaves', 4)]),
      told('change', 5_020, 5, [], ['web/leaves']),
      told('change', 6_020, 6, [shown('web/leaves', 6)]),
      told('change', 11_300, 7, [shown('web/stops', 3, 11_250)]),
      told('change', 13_400, 8, [], ['web/stops']),
    ],
  });
  const rotation = (node: string): Loose<Stream> => ({
    node,
    filter: 'rotation',
    told: [...everybody(node).told.slice(0, 6), told('change', 11_300, 7, [], ['web/stops'])],
  });
  const rest = [shown('web/beats', 2), shown('web/leaves', 6)];
  return {
    lives: [
      life('web/beats', [registration(100, 2), ...beats(1_000, END_MS)]),
      life('web/stops', [registration(200, 3), ...beats(1_200, 9_000)]),
      life(
        'web/leaves',
        [registration(300, 4), ...beats(1_300, 5_000), registration(6_000, 6), ...beats(7_000, END_MS)],
        [{ sentMs: 5_000, ackMs: 5_010, revision: 5 }],
      ),
    ],
    streams: [everybody('a'), rotation('a'), everybody('b'), rotation('b')],
    readings: [{ node: 'b', service: 'web', sentMs: 8_000, ackMs: 8_010, revision: 6, shown: [...rest, shown('web/stops', 3)] }],
    faults: [],
    end: {
      nodes: ['a', 'b'].map((node) => ({ node, shown: [...rest] })),
      logged: ['web/beats', 'web/leaves'],
      beating: ['web/beats', 'web/leaves'],
      idleRevisions: 0,
    },
    endMs: END_MS,
  };
}
