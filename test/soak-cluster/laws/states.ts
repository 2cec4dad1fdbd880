/** What a watcher knows, event by event, by what it was told. */
import type { Shown, Stream, Told, Who } from '../history.js';

export interface State {
  readonly revision: number;
  readonly atMs: number;
  readonly shown: ReadonlyMap<Who, Shown>;
}

/** After each event but `resync`, behind which a snapshot comes. */
export function statesOf({ told }: Stream): readonly State[] {
  const states: State[] = [];
  let shown: ReadonlyMap<Who, Shown> = new Map();
  for (const event of told) {
    if (event.what === 'resync') continue;
    shown = after(shown, event);
    states.push({ revision: event.revision, atMs: event.atMs, shown });
  }
  return states;
}

function after(before: ReadonlyMap<Who, Shown>, { what, shown, gone }: Told): ReadonlyMap<Who, Shown> {
  const known = what === 'snapshot' ? new Map<Who, Shown>() : new Map(before);
  for (const who of gone) known.delete(who);
  for (const one of shown) known.set(one.who, one);
  return known;
}

/** The same for the same, whatever the order. */
export function textOf(shown: Iterable<Shown>): string {
  return [...shown]
    .map(({ who, health, sinceMs, revision }) => `${who} ${health} ${sinceMs} ${revision}`)
    .sort()
    .join('\n');
}
