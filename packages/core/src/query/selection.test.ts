import { describe, expect, it } from 'vitest';
import { registration } from '../catalog/instance.fixture.js';
import type { Instance } from '../catalog/instance.js';
import { selectChanges } from './selection.js';

const well: Instance = {
  ...registration({ id: 'a' }),
  incarnation: 1,
  registeredAtMs: 0,
  createRevision: 2,
  revision: 2,
  healthRevision: 0,
  mode: 'in',
  health: 'passing',
  verdicts: {},
  intent: null,
  held: false,
};
const ill: Instance = { ...well, health: 'critical' };
const ref = { namespace: well.namespace, service: well.service, id: well.id };

describe('selectChanges', () => {
  it.each([
    ['an arrival', null, well, { upserts: [well], removes: [] }],
    ['an update', well, well, { upserts: [well], removes: [] }],
    ['a departure', well, null, { upserts: [], removes: [ref] }],
    ['leaving the rotation', well, ill, { upserts: [], removes: [ref] }],
    ['coming back', ill, well, { upserts: [well], removes: [] }],
    ['what stays outside', ill, ill, { upserts: [], removes: [] }],
    ['departing from outside', ill, null, { upserts: [], removes: [] }],
  ])('in rotation: %s', (_what, previous, current, expected) => {
    expect(selectChanges([{ ref, previous, current }], 'rotation')).toEqual(expected);
  });

  it('hides nothing from those who want everybody', () => {
    expect(selectChanges([{ ref, previous: well, current: ill }], 'any')).toEqual({ upserts: [ill], removes: [] });
    expect(selectChanges([{ ref, previous: ill, current: null }], 'any')).toEqual({ upserts: [], removes: [ref] });
  });
});
