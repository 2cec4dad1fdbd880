import { describe, expect, it } from 'vitest';
import { countStates, isInRotation, isStateFilter, isWanted, notesOf, offeredFilters, stateOf, type StateFilter } from './state.js';
import { someInstance } from './some-instance.fixture.js';

const one = (given: Partial<ReturnType<typeof someInstance>>) => someInstance({ id: 'a', ...given });

describe('how an instance stands', () => {
  it.each([
    [one({}), 'passing', true, []],
    [one({ health: 'warning', flapping: true }), 'warning', true, ['flapping']],
    [one({ health: 'starting' }), 'starting', false, []],
    [one({ health: 'critical', held: true }), 'critical', false, ['held']],
    [one({ mode: 'draining' }), 'draining', false, []],
    [one({ mode: 'out', health: 'critical' }), 'out', false, ['critical']],
    [one({ healthOverride: { health: 'passing', since: '2030-01-01T00:00:00.000Z' } }), 'passing', true, ['said from outside']],
  ])('%#: %j', (instance, state, inRotation, notes) => {
    expect([stateOf(instance), isInRotation(instance), notesOf(instance)]).toEqual([state, inRotation, notes]);
  });
});

describe('the filters', () => {
  const instances = [one({}), one({ health: 'warning' }), one({ health: 'critical', held: true }), one({ mode: 'out' })];
  const counts = countStates(instances);

  it('count what they leave', () => {
    expect(counts).toMatchObject({ all: 4, rotation: 2, passing: 1, warning: 1, critical: 1, out: 1, held: 1, flapping: 0 });
    for (const [filter, count] of Object.entries(counts)) {
      expect(instances.filter((instance) => isWanted(instance, filter as StateFilter))).toHaveLength(count);
    }
  });

  it('are offered where there is somebody, and where one was chosen', () => {
    const offered = (chosen: StateFilter) => offeredFilters(counts, chosen).map(({ filter }) => filter);
    expect(offered('all')).toEqual(['all', 'rotation', 'passing', 'warning', 'critical', 'out', 'held']);
    expect(offered('draining')).toContain('draining');
    expect(offeredFilters(countStates([]), 'all')).toEqual([{ filter: 'all', name: 'all', count: 0 }]);
  });

  it('are known by their names, and by no others', () => {
    expect([isStateFilter('held'), isStateFilter('toString'), isStateFilter('')]).toEqual([true, false, false]);
  });
});
