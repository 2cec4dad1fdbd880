/** When all trouble is over, everybody knows the same, and it is true; and the log is quiet. */
import type { End, History, Law, Shown } from '../history.js';
import { difference } from './streams.js';
import { statesOf, textOf } from './states.js';

/** Leases are kept without writing. A node may still say something of itself, once. */
const IDLE_REVISIONS_MAX = 3;

export const allViewsAreEqual: Law = ({ streams, end }) => {
  const truth = truthOf(end);
  const [everybody, inRotation] = [textOf(truth.shown), textOf(truth.shown.filter(isInRotation))];
  const unlike = (name: string, expected: string, text: string): readonly string[] =>
    text === expected ? [] : [`at the end ${truth.node} and ${name} differ: ${difference(expected, text)}`];
  return [
    ...end.nodes.flatMap(({ node, shown }) => (shown === null ? [`${node} does not answer`] : unlike(node, everybody, textOf(shown)))),
    ...streams.flatMap((stream) => {
      const last = statesOf(stream).at(-1)?.shown.values() ?? [];
      return unlike(`the stream of ${stream.node} (${stream.filter})`, stream.filter === 'any' ? everybody : inRotation, textOf(last));
    }),
  ];
};

/** What the first node shows that answers: all the others show the same, or the law above objects. */
function truthOf({ nodes }: End): { readonly node: string; readonly shown: readonly Shown[] } {
  const [first] = nodes.flatMap(({ node, shown }) => (shown === null ? [] : [{ node, shown }]));
  return first ?? { node: 'nobody', shown: [] };
}

export const theViewIsTheTruth: Law = ({ end }) => {
  const truth = truthOf(end).shown;
  const shown = new Set(truth.map(({ who }) => who));
  const beating = new Set(end.beating);
  const logged = new Set(end.logged ?? shown);
  const ill = truth.filter((one) => beating.has(one.who) && !isInRotation(one));
  return [
    ...[...beating].filter((who) => !shown.has(who)).map((who) => `${who} beats, and nobody shows it`),
    ...ill.map(({ who, health }) => `${who} beats, and is ${health}`),
    ...[...shown].filter((who) => !beating.has(who)).map((who) => `${who} is silent, and still shown at the end`),
    ...[...shown].filter((who) => !logged.has(who)).map((who) => `${who} is shown, and not in the log`),
    ...[...logged].filter((who) => !shown.has(who)).map((who) => `${who} is in the log, and not shown`),
  ];
};

export const theIdleLogStandsStill: Law = ({ end }) =>
  end.idleRevisions <= IDLE_REVISIONS_MAX
    ? []
    : [`the log grew by ${end.idleRevisions} revisions while everybody beat and nothing else happened`];

/** Whoever checks has to have had something to check. */
export const thereWasSomethingToSee: Law = (history) =>
  isRich(history) ? [] : ['nobody lapsed, nobody departed or nobody was watched: this proves little'];

function isRich({ streams, lives }: History): boolean {
  const told = streams.flatMap((stream) => stream.told);
  const lapses = told.some(({ shown }) => shown.some(({ health }) => health === 'critical'));
  return lapses && told.some(({ gone }) => gone.length > 0) && lives.some(({ heard }) => heard.length > 1);
}

function isInRotation({ health }: Shown): boolean {
  return health === 'passing' || health === 'warning';
}
