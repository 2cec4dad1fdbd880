/** What every watcher can rely on: order, nothing twice, no gap, and going on where it was. */
import type { Law, Stream, Told } from '../history.js';
import { at } from './rotation.js';
import { statesOf, textOf, type State } from './states.js';

export const eventsComeInOrder: Law = ({ streams }) =>
  streams.flatMap((stream) =>
    stream.told.flatMap((event, place) => {
      const before = stream.told[place - 1];
      if (before === undefined) return event.what === 'change' ? [`${nameOf(stream)} began with a change`] : [];
      return objectionsTo(before, event).map((objection) => `${nameOf(stream)} at ${at(event.atMs)}: ${objection}`);
    }),
  );

function objectionsTo(before: Told, event: Told): readonly string[] {
  if (event.epoch !== before.epoch) return [`the epoch changed from ${before.epoch} to ${event.epoch}`];
  if (event.what === 'snapshot' && before.what !== 'resync') return ['a snapshot without a resync before it'];
  if (event.what === 'change' && before.what === 'resync') return ['a change behind a resync'];
  const isBehind = event.what === 'change' ? event.revision <= before.revision : event.revision < before.revision;
  return isBehind ? [`${event.what} ${event.revision} behind ${before.revision}`] : [];
}

export const nothingIsToldTwice: Law = ({ streams }) =>
  streams.flatMap((stream) => {
    const states = statesOf(stream);
    return stream.told
      .filter(({ what }) => what !== 'resync')
      .flatMap((event, place) =>
        (event.what === 'change' ? repetitionsIn(event, states[place - 1]) : []).map((what) => `${nameOf(stream)}: ${what}`),
      );
  });

function repetitionsIn({ revision, shown, gone }: Told, before: State | undefined): readonly string[] {
  const again = shown.filter((one) => textOf([one]) === textOf([before?.shown.get(one.who) ?? { ...one, revision: -1 }]));
  return [
    ...again.map(({ who }) => `${who} was told again as it was, by ${revision}`),
    ...gone.filter((who) => before?.shown.has(who) !== true).map((who) => `${who} was removed by ${revision}, and was not there`),
  ];
}

/** Two who are at the same revision know the same; whoever is in rotation is told to both kinds of watchers. */
export const whoeverIsAsFarKnowsTheSame: Law = ({ streams }) => {
  const known = new Map<string, { readonly text: string; readonly stream: Stream }>();
  return streams.flatMap((stream) =>
    lastAtEach(statesOf(stream)).flatMap((state) =>
      viewsOf(stream, state).flatMap(({ filter, text }) => {
        const first = known.get(`${filter} ${state.revision}`);
        if (first === undefined) known.set(`${filter} ${state.revision}`, { text, stream });
        return first === undefined || first.text === text
          ? []
          : [
              `${nameOf(stream)} and ${nameOf(first.stream)} differ at ${state.revision} (${at(state.atMs)}): ${difference(first.text, text)}`,
            ];
      }),
    ),
  );
};

function viewsOf({ filter }: Stream, { shown }: State): readonly { readonly filter: string; readonly text: string }[] {
  const inRotation = textOf([...shown.values()].filter(({ health }) => health === 'passing' || health === 'warning'));
  return [...(filter === 'any' ? [{ filter, text: textOf(shown.values()) }] : []), { filter: 'rotation', text: inRotation }];
}

function lastAtEach(states: readonly State[]): readonly State[] {
  return states.filter(({ revision }, place) => states[place + 1]?.revision !== revision);
}

export function difference(one: string, other: string): string {
  const [left, right] = [one.split('\n'), other.split('\n')];
  const only = (those: readonly string[], not: readonly string[]): string =>
    those.filter((line) => !not.includes(line)).join(', ') || 'nothing';
  return `${only(left, right)} against ${only(right, left)}`;
}

/** How many places of the log more than one watcher stood at: what the law above had to compare. */
export function sharedPlaces(streams: readonly Stream[]): number {
  const visits = new Map<string, number>();
  for (const stream of streams) {
    for (const { revision } of lastAtEach(statesOf(stream)))
      visits.set(`${stream.filter} ${revision}`, (visits.get(`${stream.filter} ${revision}`) ?? 0) + 1);
  }
  return [...visits.values()].filter((count) => count > 1).length;
}

function nameOf({ node, filter }: Stream): string {
  return `the stream of ${node} (${filter})`;
}
