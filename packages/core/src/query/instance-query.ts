/** Which instances of a service somebody asks for, in what order, and how many: a value, and its reading from a query string. */
import {
  LABEL_CHARACTERS_MAX,
  METADATA_KEY_CHARACTERS_MAX,
  METADATA_VALUE_CHARACTERS_MAX,
  TAG_CHARACTERS_MAX,
  TAGS_MAX,
} from '../catalog/bounds.js';
import { optional, readFields, refusal, type FieldRules } from '../catalog/fields.js';
import { healths, type Health } from '../catalog/health.js';
import { textKind, wordKind, type FieldProblem, type ValueKind } from '../catalog/value-kind.js';

/** `rotation`: who should be called, in a panic whoever could be. The others are answered literally. */
export type HealthFilter = 'rotation' | 'any' | Health;

export interface InstanceQuery {
  readonly health: HealthFilter;
  /** All of them. */
  readonly tags: readonly string[];
  readonly version: string | null;
  readonly zone: string | null;
  /** All of them, word for word. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Who asks stands there: those of this zone first, then those of its region, then the others. */
  readonly near: Place | null;
  /** At most so many, the first ones. */
  readonly limit: number | null;
}

export interface Place {
  readonly zone: string;
  /** `null`: the region that the service's instances in this zone name. */
  readonly region: string | null;
}

/** Whoever should be called. */
export const inRotationQuery: InstanceQuery = {
  health: 'rotation',
  tags: [],
  version: null,
  zone: null,
  metadata: {},
  near: null,
  limit: null,
};

/** Each entry is looked at for every instance of the answer. */
const METADATA_FILTERS_MAX = 8;

/** Beyond this nobody counts, and everybody means "all". */
const LIMIT_MAX = 1_000_000;

const METADATA_PREFIX = 'meta.';

type Filters = Omit<InstanceQuery, 'metadata' | 'tags'> & { readonly tag: readonly string[] };

/** The parameters that are filters; those of the route itself are read beside them. */
export const queryRules: FieldRules<Filters> = {
  health: optional(wordKind<'any' | Health>(['any', ...healths]), 'rotation'),
  tag: optional(oneOrSeveral(label(TAG_CHARACTERS_MAX), TAGS_MAX), []),
  version: optional(label(LABEL_CHARACTERS_MAX), null),
  zone: optional(label(LABEL_CHARACTERS_MAX), null),
  near: optional(placeKind(), null),
  limit: optional(countKind(LIMIT_MAX), null),
};

/** Throws `invalid-request` with every problem. `others` are the route's own parameters, read by the same pass. */
export function readInstanceQuery<Others>(
  parameters: Readonly<Record<string, unknown>>,
  others: FieldRules<Others>,
): Others & { readonly query: InstanceQuery } {
  const plain = Object.entries(parameters).filter(([name]) => !name.startsWith(METADATA_PREFIX));
  const metadata = readMetadata(parameters);
  const fields = readFields<Filters & Others>(Object.fromEntries(plain), { ...queryRules, ...others } as FieldRules<Filters & Others>);
  const { health, tag: tags, version, zone, near, limit, ...rest } = fields;
  return { ...(rest as Others), query: { health, tags, version, zone, metadata, near, limit } };
}

function readMetadata(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const wanted = Object.entries(parameters).filter(([name]) => name.startsWith(METADATA_PREFIX));
  const allowed = `one text of at most ${METADATA_VALUE_CHARACTERS_MAX} characters, behind ${METADATA_PREFIX} and a key of 1 to ${METADATA_KEY_CHARACTERS_MAX}`;
  const problems = wanted.flatMap(([name, value]): FieldProblem[] => {
    const keyCharacters = name.length - METADATA_PREFIX.length;
    const fits = typeof value === 'string' && value.length <= METADATA_VALUE_CHARACTERS_MAX;
    if (fits && keyCharacters > 0 && keyCharacters <= METADATA_KEY_CHARACTERS_MAX) return [];
    return [
      {
        field: name.slice(0, METADATA_KEY_CHARACTERS_MAX),
        came: Array.isArray(value) ? `${value.length} of them` : 'something else',
        allowed,
      },
    ];
  });
  if (wanted.length > METADATA_FILTERS_MAX) {
    problems.push({ field: `${METADATA_PREFIX}KEY`, came: `${wanted.length} of them`, allowed: `at most ${METADATA_FILTERS_MAX}` });
  }
  if (problems.length > 0) throw refusal(problems);
  return Object.fromEntries(wanted.map(([name, value]) => [name.slice(METADATA_PREFIX.length), value as string]));
}

function label(charactersMax: number): ValueKind<string> {
  return textKind(`1 to ${charactersMax} printable characters`, new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${charactersMax}}$`, 'u'));
}

/** A parameter that may come several times. */
function oneOrSeveral<Item>(item: ValueKind<Item>, itemsMax: number): ValueKind<readonly Item[]> {
  return {
    allowed: `${item.allowed}, at most ${itemsMax} times`,
    parse(value) {
      const items = (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) => item.parse(one));
      return items.length <= itemsMax && items.every((one) => one !== undefined) ? items : undefined;
    },
  };
}

/** `ZONE`, or `REGION/ZONE` where the zone's name alone does not say which. */
function placeKind(): ValueKind<Place> {
  const part = label(LABEL_CHARACTERS_MAX);
  return {
    allowed: `a zone, or a region and a zone as REGION/ZONE, each of ${part.allowed}`,
    parse(value) {
      if (typeof value !== 'string') return undefined;
      const slash = value.indexOf('/');
      const zone = part.parse(value.slice(slash + 1));
      if (slash < 0) return zone === undefined ? undefined : { zone, region: null };
      const region = part.parse(value.slice(0, slash));
      return zone === undefined || region === undefined ? undefined : { zone, region };
    },
  };
}

/** A number from a query string is text. */
function countKind(max: number): ValueKind<number> {
  return {
    allowed: `a whole number from 1 to ${max}`,
    parse(value) {
      const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
      return typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= max ? count : undefined;
    },
  };
}
