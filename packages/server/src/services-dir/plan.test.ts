import { readRegistration, refText, type InstanceRef, type Origin, type Registration } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { markOf } from './origin.js';
import { appliedText, planSync, type KnownFile } from './plan.js';

const mark = markOf(null);

interface Case {
  /** By file: the ids that it lists, or `null` for one that was never sound. A `*` after it: changed since. */
  readonly files: Readonly<Record<string, readonly string[] | null>>;
  /** By id: the face of who is in the catalog. */
  readonly present?: Readonly<Record<string, string>>;
  /** By id: the file that brought it. */
  readonly owned?: Readonly<Record<string, string>>;
  readonly applied?: readonly string[];
  readonly ttl?: string;
}

function registration(id: string, file: string, ttl = 'none'): Registration {
  return readRegistration({ service: 's', id: id.replace('*', ''), host: id.includes('*') ? 'other' : 'h', ttl }, mark.originOf(file));
}

function plan({ files, present = {}, owned = {}, applied = [], ttl }: Case): object {
  const fileOfId = new Map(Object.entries(files).flatMap(([file, ids]) => (ids ?? []).map((id) => [id.replace('*', ''), file])));
  const known = Object.entries(files).map(([file, ids]): [string, KnownFile] => [
    file,
    { listed: ids?.map((id) => registration(id, file, ttl)) ?? null },
  ]);
  const { register, deregister, forget, conflicts } = planSync({
    mark,
    files: new Map(known),
    owned: new Map(Object.entries(owned).map(([id, file]) => [refText(registration(id, file)), { ref: registration(id, file), file }])),
    applied: new Map(applied.map((id) => [refText(registration(id, '')), appliedText(registration(id, fileOfId.get(id) ?? '', ttl))])),
    present: ({ id }: InstanceRef): { origin: Origin } | undefined => {
      const face = present[id];
      return face === undefined ? undefined : { origin: { face } };
    },
  });
  const ids = (refs: readonly InstanceRef[]): readonly string[] => refs.map(({ id }) => id);
  const told = conflicts.map(({ file, ref, reason }) => `${file} ${ref.id}: ${reason}`);
  return Object.fromEntries(
    Object.entries({ register: ids(register), deregister: ids(deregister), forget: ids(forget), conflicts: told }).filter(
      ([, list]) => list.length > 0,
    ),
  );
}

const own = 'files:a.yaml';

describe('planSync', () => {
  it.each<[string, Case, object]>([
    ['registers what is new', { files: { 'a.yaml': ['x'] } }, { register: ['x'] }],
    [
      'leaves alone what is as it should be',
      { files: { 'a.yaml': ['x'] }, present: { x: own }, owned: { x: 'a.yaml' }, applied: ['x'] },
      {},
    ],
    [
      'writes what changed',
      { files: { 'a.yaml': ['x*'] }, present: { x: own }, owned: { x: 'a.yaml' }, applied: ['x'] },
      { register: ['x'] },
    ],
    ['writes once more after a restart', { files: { 'a.yaml': ['x'] }, present: { x: own }, owned: { x: 'a.yaml' } }, { register: ['x'] }],
    ['brings back what somebody took out', { files: { 'a.yaml': ['x'] }, owned: { x: 'a.yaml' }, applied: ['x'] }, { register: ['x'] }],
    ['but not one that lapsed', { files: { 'a.yaml': ['x'] }, owned: { x: 'a.yaml' }, applied: ['x'], ttl: '30s' }, {}],
    [
      'takes along what is no longer listed',
      { files: { 'a.yaml': [] }, present: { x: own }, owned: { x: 'a.yaml' } },
      { deregister: ['x'] },
    ],
    ['and what a file that is gone had listed', { files: {}, present: { x: own }, owned: { x: 'a.yaml' } }, { deregister: ['x'] }],
    ['unless the file cannot be read just now', { files: { 'a.yaml': null }, present: { x: own }, owned: { x: 'a.yaml' } }, {}],
    ['forgets who went by himself', { files: {}, owned: { x: 'a.yaml' } }, { forget: ['x'] }],
    ['and who was taken over', { files: {}, present: { x: 'native' }, owned: { x: 'a.yaml' } }, { forget: ['x'] }],
    [
      'leaves alone what came otherwise',
      { files: { 'a.yaml': ['x'] }, present: { x: 'native' } },
      { forget: ['x'], conflicts: ['a.yaml x: it was registered otherwise (native), and that stays'] },
    ],
    [
      'gives what two list to the first',
      { files: { 'b.yaml': ['y', 'x'], 'a.yaml': ['x'] } },
      { register: ['x', 'y'], conflicts: ['b.yaml x: a.yaml lists it already'] },
    ],
    [
      'lets an instance move from file to file',
      { files: { 'a.yaml': [], 'b.yaml': ['x'] }, present: { x: own }, owned: { x: 'a.yaml' } },
      { register: ['x'] },
    ],
  ])('%s', (_what, given, expected) => {
    expect(plan(given)).toEqual(expected);
  });
});
