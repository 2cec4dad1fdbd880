/** The options by which some instances of a service are chosen. */
import type { InstanceFilters } from '@rollcall/client';
import { labelKind, repeatedKind, TAGS_MAX, METADATA_ENTRIES_MAX, wordKind, type OptionTable } from '@rollcall/core';
import { pairKind, tagKind } from './registration-options.js';

export interface FilterOptions {
  readonly health: NonNullable<InstanceFilters['health']> | null;
  readonly tags: readonly string[];
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly version: string | null;
  readonly zone: string | null;
  readonly near: string | null;
}

const none = { default: null, defaultText: '', givenIn: 'typed' } as const;
const often = { default: [], defaultText: '', form: 'list', givenIn: 'typed' } as const;

export const filterOptions: OptionTable<FilterOptions> = {
  health: {
    flag: 'health',
    placeholder: 'HEALTH',
    kind: wordKind<NonNullable<InstanceFilters['health']>>(['any', 'passing', 'warning', 'starting', 'critical']),
    ...none,
    help: 'any: everybody, in rotation or not. Else those of just this health. Left out: who is in rotation.',
  },
  tags: { flag: 'tag', placeholder: 'TAG', kind: repeatedKind(tagKind, TAGS_MAX), ...often, help: 'Who carries it; of several, all.' },
  metadata: {
    flag: 'meta',
    placeholder: 'KEY=VALUE',
    kind: repeatedKind(pairKind, METADATA_ENTRIES_MAX),
    ...often,
    help: 'Whose metadata says so; of several, all.',
  },
  version: { flag: 'version', placeholder: 'VERSION', kind: labelKind, ...none, help: 'Who is of this version.' },
  zone: { flag: 'zone', placeholder: 'ZONE', kind: labelKind, ...none, help: 'Who is in this zone.' },
  near: {
    flag: 'near',
    placeholder: 'ZONE',
    kind: labelKind,
    ...none,
    help: 'ZONE or REGION/ZONE: those of the zone first, then those of its region, then the others.',
  },
};

export function filtersOf({ health, tags, metadata, version, zone, near }: FilterOptions): InstanceFilters {
  return {
    ...(health === null ? {} : { health }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
    ...(version === null ? {} : { version }),
    ...(zone === null ? {} : { zone }),
    ...(near === null ? {} : { near }),
  };
}
