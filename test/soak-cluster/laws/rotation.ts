/** Nobody who goes on beating is called critical, removed, or told to register again. */
import type { History, Law, Life, Shown } from '../history.js';
import { mayHaveLapsed, mayHaveLeft } from './silence.js';

export const nobodyLapsesWhoBeats: Law = (history) => {
  const lives = new Map(history.lives.map((life) => [life.who, life]));
  return [...lapsesIn(history).values()].flatMap(({ who, sinceMs }) => {
    const life = lives.get(who);
    if (life === undefined) return [`${who} is shown, and nobody registered it`];
    if (sinceMs === null) return [`${who} is critical, and nobody says since when`];
    return mayHaveLapsed(life, sinceMs)
      ? []
      : [`${who} was called critical at ${at(sinceMs)}, though it was heard: ${lastHeard(life, sinceMs)}`];
  });
};

/** Each once, however many saw it. */
function lapsesIn({ streams, readings, end }: History): ReadonlyMap<string, Shown> {
  const sights = [
    ...streams.flatMap(({ told }) => told.flatMap(({ shown }) => shown)),
    ...[...readings, ...end.nodes].flatMap(({ shown }) => shown ?? []),
  ];
  return new Map(sights.filter(({ health }) => health === 'critical').map((one) => [`${one.who} ${one.sinceMs}`, one]));
}

export const nobodyDepartsWhoBeats: Law = ({ lives, streams }) => {
  const known = new Map(lives.map((life) => [life.who, life]));
  return streams
    .filter(({ filter }) => filter === 'any')
    .flatMap(({ node, told }) =>
      told.flatMap(({ gone, revision, atMs }) =>
        gone
          .filter((who) => !mayBeGone(known.get(who), revision, atMs))
          .map(
            (who) =>
              `${who} departed by revision ${revision} (seen at ${node}, ${at(atMs)}), though it was heard: ${lastHeard(known.get(who), atMs)}`,
          ),
      ),
    );
};

function mayBeGone(life: Life | undefined, revision: number, atMs: number): boolean {
  if (life === undefined) return false;
  const before = life.heard.filter((one) => one.revision !== null && one.revision < revision);
  return mayHaveLeft(life, before.at(-1)?.sentMs ?? -Infinity, atMs);
}

/** "Register again" is a verdict too. */
export const nobodyIsUnknownWhoBeats: Law = ({ lives }) =>
  lives.flatMap((life) =>
    life.unknown.flatMap(({ node, sentMs, ackMs }) => {
      const last = life.heard.findLast((one) => one.ackMs <= sentMs);
      // Not since it last registered, but since it was last heard: that alone says that it was there.
      if (last === undefined || mayHaveLeft(life, last.sentMs, ackMs)) return [];
      return [`${life.who} was told at ${node} (${at(ackMs)}) that nobody knows it, though it was heard: ${lastHeard(life, sentMs)}`];
    }),
  );

function lastHeard(life: Life | undefined, beforeMs: number): string {
  const heard = (life?.heard ?? []).filter(({ sentMs }) => sentMs <= beforeMs).slice(-3);
  return heard.map(({ what, node, sentMs, ackMs }) => `${what} at ${node} ${at(sentMs)}–${at(ackMs)}`).join(', ');
}

/** Seconds of the run are read more easily than times of day; whoever prints a history begins it near zero. */
export function at(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
