/** How an instance stands, in one word: what people want of it comes before how it is. */
import type { Instance } from './shapes.js';

export type State = Instance['health'] | 'draining' | 'out';

/** Which of them one wants to see. `rotation`: those that callers are told of. */
export type StateFilter = 'all' | 'rotation' | State | 'held' | 'flapping';

/** In the order in which they are offered. */
const filterNames: Readonly<Record<StateFilter, string>> = {
  all: 'all',
  rotation: 'in rotation',
  passing: 'passing',
  warning: 'warning',
  starting: 'starting',
  critical: 'critical',
  draining: 'draining',
  out: 'out',
  held: 'held',
  flapping: 'flapping',
};

const filters = Object.keys(filterNames) as readonly StateFilter[];

export type Standing = Pick<Instance, 'mode' | 'health' | 'held' | 'flapping' | 'healthOverride'>;

export function isStateFilter(text: string): text is StateFilter {
  return Object.hasOwn(filterNames, text);
}

export function stateOf({ mode, health }: Pick<Standing, 'mode' | 'health'>): State {
  return mode === 'in' ? health : mode;
}

export function isInRotation({ mode, health }: Pick<Standing, 'mode' | 'health'>): boolean {
  return mode === 'in' && (health === 'passing' || health === 'warning');
}

/** What there is to say of it besides. */
export function notesOf({ mode, health, held, flapping, healthOverride }: Standing): readonly string[] {
  return [
    ...(mode !== 'in' && health !== 'passing' ? [health] : []),
    ...(held === true ? ['held'] : []),
    ...(flapping === true ? ['flapping'] : []),
    ...(healthOverride === undefined ? [] : ['said from outside']),
  ];
}

export function isWanted(instance: Standing, filter: StateFilter): boolean {
  if (filter === 'all') return true;
  if (filter === 'rotation') return isInRotation(instance);
  if (filter === 'held') return instance.held === true;
  if (filter === 'flapping') return instance.flapping === true;
  return stateOf(instance) === filter;
}

/** How many each filter leaves. */
export function countStates(instances: Iterable<Standing>): Readonly<Record<StateFilter, number>> {
  const counts = Object.fromEntries(filters.map((filter) => [filter, 0])) as Record<StateFilter, number>;
  for (const instance of instances) {
    counts.all++;
    counts[stateOf(instance)]++;
    if (isInRotation(instance)) counts.rotation++;
    if (instance.held === true) counts.held++;
    if (instance.flapping === true) counts.flapping++;
  }
  return counts;
}

/** Those that are worth offering: what nobody is in is not, but what was chosen stays. */
export function offeredFilters(
  counts: Readonly<Record<StateFilter, number>>,
  chosen: StateFilter,
): readonly { readonly filter: StateFilter; readonly name: string; readonly count: number }[] {
  return filters
    .filter((filter) => filter === 'all' || filter === chosen || counts[filter] > 0)
    .map((filter) => ({ filter, name: filterNames[filter], count: counts[filter] }));
}
