/** What was acknowledged is there: in every view that has come so far, and at once in that of whoever acknowledged it. */
import type { Heard, Law, Life, Reading, Shown, Stream, Who } from '../history.js';
import { at } from './rotation.js';
import { mayHaveLeft } from './silence.js';
import { statesOf } from './states.js';

interface Registered extends Heard {
  readonly revision: number;
}

/** What a view showed of everybody, or of one service. */
interface View {
  readonly seen: string;
  readonly revision: number;
  readonly atMs: number;
  readonly shown: ReadonlyMap<Who, Shown>;
}

export const whatWasAcknowledgedIsThere: Law = ({ lives, streams, readings }) =>
  lives.flatMap((life) => [
    ...streams.filter(({ filter }) => filter === 'any').flatMap((stream) => lostToStream(life, stream)),
    ...readings.filter(({ service }) => life.who.startsWith(`${service}/`)).flatMap((reading) => lostToReader(life, reading)),
  ]);

/** At the first place that is not before the acknowledged one; what came later is judged as it comes. */
function lostToStream(life: Life, stream: Stream): readonly string[] {
  const states = statesOf(stream);
  const seen = `the stream of ${stream.node}`;
  const viewAt = (revision: number): View | undefined => {
    const found = states.find((state) => state.revision >= revision);
    return found && { ...found, seen };
  };
  return [
    ...registrationsOf(life).flatMap((one) => lost(life, one, viewAt(one.revision))),
    ...life.goodbyes.flatMap(({ revision }) => (revision === null ? [] : still(life, revision, viewAt(revision)))),
  ];
}

function lostToReader(life: Life, { node, sentMs, ackMs, revision, shown }: Reading): readonly string[] {
  const view = { seen: `a reader at ${node}`, revision, atMs: ackMs, shown: new Map(shown.map((one) => [one.who, one])) };
  const last = registrationsOf(life).findLast((one) => one.revision <= revision || (one.node === node && one.ackMs < sentMs));
  const left = life.goodbyes.findLast((one) => one.revision !== null && one.revision <= revision);
  return [...(last === undefined ? [] : lost(life, last, view)), ...(left === undefined ? [] : still(life, left.revision as number, view))];
}

function lost(life: Life, { revision, node, sentMs, ackMs }: Registered, view: View | undefined): readonly string[] {
  if (view === undefined) return [];
  const shown = view.shown.get(life.who);
  if (shown === undefined ? mayHaveLeft(life, sentMs, view.atMs) : shown.revision >= revision) return [];
  const how = shown === undefined ? 'does not show it' : `shows it as of revision ${shown.revision}`;
  return [
    `${life.who} was registered at ${node} by revision ${revision} (${at(ackMs)}), and ${view.seen}, at ${view.revision} (${at(view.atMs)}), ${how}`,
  ];
}

function still(life: Life, revision: number, view: View | undefined): readonly string[] {
  const shown = view?.shown.get(life.who);
  if (shown === undefined || shown.revision > revision) return [];
  return [`${life.who} left by revision ${revision}, and ${view?.seen}, at ${view?.revision}, shows it as of ${shown.revision}`];
}

function registrationsOf({ heard }: Life): readonly Registered[] {
  return heard.filter((one): one is Registered => one.revision !== null);
}
