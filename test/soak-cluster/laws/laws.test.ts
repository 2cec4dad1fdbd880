import { describe, expect, it } from 'vitest';
import { textOf } from '../../support/repository.js';
import { beats, example, registration, shown, told, type Draft } from './example.fixture.js';
import { laws, objectionsTo } from './laws.js';

const [BEATS, STOPS, LEAVES] = [0, 1, 2] as const;

/** The parts that the tables change, each surely there. */
const lifeOf = (draft: Draft, at: number) => draft.lives[at] as Draft['lives'][number];
const streamOf = (draft: Draft, at: number) => draft.streams[at] as Draft['streams'][number];
const readingOf = (draft: Draft) => draft.readings[0] as Draft['readings'][number];

interface Case {
  readonly law: string;
  readonly what: string;
  readonly change: (draft: Draft) => void;
}

/** Each breaks one law at least, and that one is named. */
const broken: readonly Case[] = [
  {
    law: 'nothing acknowledged is lost',
    what: 'a stream never shows a registration',
    change: (draft) => void streamOf(draft, 0).told.splice(1, 1),
  },
  {
    law: 'nothing acknowledged is lost',
    what: 'a stream shows an older registration',
    change: (draft) => (streamOf(draft, 0).told[5] = told('change', 6_020, 6, [shown('web/leaves', 5)])),
  },
  {
    law: 'nothing acknowledged is lost',
    what: 'a stream goes on showing who said goodbye',
    change: (draft) => (streamOf(draft, 0).told[4] = told('change', 5_020, 5, [])),
  },
  {
    law: 'nothing acknowledged is lost',
    what: 'a reader does not see what its revision has',
    change: (draft) => void readingOf(draft).shown.shift(),
  },
  {
    law: 'nothing acknowledged is lost',
    what: 'a reader does not see what this very node acknowledged',
    change: (draft) => {
      readingOf(draft).node = 'a';
      readingOf(draft).revision = 1;
      readingOf(draft).shown = [];
    },
  },
  {
    law: 'nobody lapses who beats',
    what: 'a stream shows it critical',
    change: (draft) => streamOf(draft, 0).told.push(told('change', 20_000, 9, [shown('web/beats', 2, 19_990)])),
  },
  {
    law: 'nobody lapses who beats',
    what: 'a reader sees it critical, and it was a little too early',
    change: (draft) => (readingOf(draft).shown[2] = shown('web/stops', 3, 10_100)),
  },
  {
    law: 'nobody departs who beats',
    what: 'a stream removes it',
    change: (draft) => streamOf(draft, 2).told.push(told('change', 20_000, 9, [], ['web/beats'])),
  },
  {
    law: 'nobody departs who beats',
    what: 'it was silent in an earlier life only',
    change: (draft) => {
      lifeOf(draft, STOPS).heard.push(registration(20_000, 9), ...beats(21_000, 40_000));
      for (const at of [0, 2])
        streamOf(draft, at).told.push(told('change', 20_020, 9, [shown('web/stops', 9)]), told('change', 22_000, 10, [], ['web/stops']));
    },
  },
  {
    law: 'nobody is unknown who beats',
    what: 'it is told to register again',
    change: (draft) => lifeOf(draft, BEATS).unknown.push({ node: 'b', sentMs: 15_000, ackMs: 15_010 }),
  },
  {
    law: 'who stops is noticed',
    what: 'one stream keeps it in rotation',
    change: (draft) => void streamOf(draft, 3).told.pop(),
  },
  {
    law: 'who stops is noticed',
    what: 'it is noticed late',
    change: (draft) => ((streamOf(draft, 0).told[6] as { atMs: number }).atMs = 13_300),
  },
  {
    law: 'who stops departs',
    what: 'it stays listed',
    change: (draft) => void streamOf(draft, 0).told.pop(),
  },
  {
    law: 'events come in order',
    what: 'two have changed places',
    change: (draft) =>
      streamOf(draft, 0).told.splice(
        1,
        2,
        told('change', 110, 3, [shown('web/stops', 3)]),
        told('change', 210, 2, [shown('web/beats', 2)]),
      ),
  },
  {
    law: 'events come in order',
    what: 'the epoch changes',
    change: (draft) => ((streamOf(draft, 0).told[3] as { epoch: string }).epoch = 'f'),
  },
  {
    law: 'events come in order',
    what: 'who comes back is given everything, as if it had known nothing',
    change: (draft) => streamOf(draft, 0).told.push(told('snapshot', 20_000, 8, [shown('web/beats', 2), shown('web/leaves', 6)])),
  },
  {
    law: 'events come in order',
    what: 'a stream begins in the middle',
    change: (draft) => void streamOf(draft, 0).told.shift(),
  },
  {
    law: 'nothing is told twice',
    what: 'who comes back is told once more what it knew',
    change: (draft) => streamOf(draft, 0).told.push(told('change', 20_000, 9, [shown('web/beats', 2)])),
  },
  {
    law: 'nothing is told twice',
    what: 'somebody is removed who was not there',
    change: (draft) => streamOf(draft, 0).told.push(told('change', 20_000, 9, [], ['web/stops'])),
  },
  {
    law: 'whoever is as far knows the same',
    what: 'one stream has a gap',
    change: (draft) => void streamOf(draft, 2).told.splice(2, 1),
  },
  {
    law: 'whoever is as far knows the same',
    what: 'a watcher of the rotation was not told of a lapse',
    change: (draft) => (streamOf(draft, 1).told[6] = told('change', 11_300, 7, [])),
  },
  {
    law: 'all views are equal at the end',
    what: 'a node shows less',
    change: (draft) => void draft.end.nodes[1]?.shown?.pop(),
  },
  {
    law: 'all views are equal at the end',
    what: 'a stream knows more',
    change: (draft) => streamOf(draft, 2).told.push(told('change', 20_000, 9, [shown('web/ghost', 9)])),
  },
  {
    law: 'all views are equal at the end',
    what: 'a node does not answer',
    change: (draft) => ((draft.end.nodes[0] as Draft['end']['nodes'][number]).shown = null),
  },
  { law: 'the view is the truth at the end', what: 'somebody beats and is nowhere', change: (draft) => draft.end.beating.push('web/more') },
  {
    law: 'the view is the truth at the end',
    what: 'somebody is shown and silent',
    change: (draft) => void draft.end.beating.pop(),
  },
  {
    law: 'the view is the truth at the end',
    what: 'somebody beats and is critical',
    change: (draft) => void draft.end.nodes[0]?.shown?.splice(0, 1, shown('web/beats', 2, 10)),
  },
  { law: 'the view is the truth at the end', what: 'the log has fewer', change: (draft) => (draft.end.logged = ['web/leaves']) },
  {
    law: 'the view is the truth at the end',
    what: 'the log has more',
    change: (draft) => (draft.end.logged = ['web/beats', 'web/leaves', 'web/x']),
  },
  { law: 'the idle log stands still', what: 'heartbeats are written', change: (draft) => (draft.end.idleRevisions = 40) },
  { law: 'there was something to see', what: 'nothing happened', change: (draft) => (draft.streams = []) },
];

describe('the laws', () => {
  it('have nothing against a history in which all went well', () => expect(objectionsTo(example())).toEqual([]));

  it.each(broken)('object: $law, where $what', ({ law, change }) => {
    const draft = example();
    change(draft);
    expect(objectionsTo(draft).filter((objection) => objection.startsWith(`${law}: `))).not.toEqual([]);
  });

  it('are those that the documents tell of', () => {
    const page = textOf('docs/internals/judging-the-cluster.md');
    const told = [...page.slice(page.indexOf('## The laws')).matchAll(/^\| (?!law |---)([^|]+) \|/gm)].map(([, name]) => name);
    expect(told).toEqual(Object.keys(laws));
  });

  it('are each broken by somebody here', () => {
    expect(Object.keys(laws).filter((name) => !broken.some(({ law }) => law === name))).toEqual([]);
  });
});

/** What looks like a fault and is none. */
const excused: readonly Omit<Case, 'law'>[] = [
  {
    what: 'a death that a node took with it is noticed a lease and a ttl later',
    change: (draft) => {
      draft.faults.push({ what: 'node killed', node: 'c', fromMs: 9_000, untilMs: 9_500 });
      for (const at of [0, 1, 2, 3]) {
        for (const event of streamOf(draft, at).told.slice(6)) event.atMs += 9_000;
      }
    },
  },
  {
    what: 'who was silent for its ttl and its term is told to register again',
    change: (draft) => {
      lifeOf(draft, STOPS).unknown.push({ node: 'b', sentMs: 15_000, ackMs: 15_010 });
    },
  },
  {
    what: 'who said goodbye is unknown',
    change: (draft) => lifeOf(draft, LEAVES).unknown.push({ node: 'b', sentMs: 5_500, ackMs: 5_510 }),
  },
  {
    what: 'a heartbeat that nobody acknowledged may have been heard when the node woke up',
    change: (draft) => {
      draft.faults.push({ what: 'node paused', node: 'b', fromMs: 9_000, untilMs: 9_500 });
      lifeOf(draft, STOPS).doubtful.push({ what: 'beat', node: 'b', sentMs: 9_200, endMs: 9_400 });
    },
  },
  {
    what: 'a registration that was never acknowledged may come and go',
    change: (draft) => {
      draft.lives.push({
        ...lifeOf(draft, STOPS),
        who: 'web/ghost',
        heard: [],
        doubtful: [{ what: 'registration', node: 'a', sentMs: 20_000, endMs: 20_100 }],
      });
      for (const at of [0, 2])
        streamOf(draft, at).told.push(told('change', 20_050, 9, [shown('web/ghost', 9)]), told('change', 25_200, 10, [], ['web/ghost']));
      for (const at of [1, 3])
        streamOf(draft, at).told.push(told('change', 20_050, 9, [shown('web/ghost', 9)]), told('change', 23_200, 10, [], ['web/ghost']));
    },
  },
  {
    what: 'a heartbeat may arrive behind later ones, when its link is mended',
    change: (draft) => {
      draft.faults.push({ what: 'clients cut', node: 'b', fromMs: 5_500, untilMs: 9_500 });
      lifeOf(draft, STOPS).doubtful.push({ what: 'beat', node: 'b', sentMs: 5_600, endMs: 6_000 });
      for (const at of [0, 1, 2, 3]) {
        for (const event of streamOf(draft, at).told.slice(6)) event.atMs += 2_000;
      }
    },
  },
  {
    what: 'who comes back and is told to forget',
    change: (draft) =>
      streamOf(draft, 0).told.push(
        told('resync', 20_000, 8, []),
        told('snapshot', 20_000, 8, [shown('web/beats', 2), shown('web/leaves', 6)]),
      ),
  },
];

describe('the laws excuse', () => {
  it.each(excused)('$what', ({ change }) => {
    const draft = example();
    change(draft);
    expect(objectionsTo(draft)).toEqual([]);
  });
});
