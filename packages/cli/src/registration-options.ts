/** The options by which an instance is described, for every command that registers one. */
import type { Registration } from '@rollcall/client';
import {
  DEREGISTER_AFTER_MAX_MS,
  durationOrNoneKind,
  formatDuration,
  InstanceId,
  labelKind,
  METADATA_ENTRIES_MAX,
  metadataKind,
  repeatedKind,
  TAGS_MAX,
  tagsKind,
  TTL_DEFAULT_MS,
  TTL_MAX_MS,
  TTL_MIN_MS,
  WEIGHT_MAX,
  digitsKind,
  type OptionTable,
  type ValueKind,
} from '@rollcall/core';

export interface RegistrationOptions {
  readonly id: string | null;
  readonly tags: readonly string[];
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly version: string | null;
  readonly zone: string | null;
  readonly weight: number;
  /** `null`: it does not beat. */
  readonly ttlMs: number | null;
  /** `null`: as long as it likes. */
  readonly deregisterAfterMs: number | null | 'default';
}

export const tagKind: ValueKind<string> = {
  allowed: 'a word of printable characters',
  parse: (text) => tagsKind.parse([text])?.[0],
};

export const pairKind: ValueKind<readonly [string, string]> = {
  allowed: 'KEY=VALUE',
  parse(text) {
    const [, key, value] = /^([^=]+)=([^]*)$/.exec(typeof text === 'string' ? text : '') ?? [];
    if (key === undefined || value === undefined) return undefined;
    return metadataKind.parse({ [key]: value }) === undefined ? undefined : [key, value];
  },
};

export const typedDurationOrNone = (minMs: number, maxMs: number): ValueKind<number | null> => ({
  allowed: `a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as 30s, or none`,
  parse: durationOrNoneKind(minMs, maxMs).parse,
});

export const registrationOptions: OptionTable<RegistrationOptions> = {
  id: {
    flag: 'id',
    placeholder: 'ID',
    kind: InstanceId,
    default: null,
    defaultText: '',
    help: 'What it is called within its service. Left out: it follows from service, host and port.',
  },
  tags: {
    flag: 'tag',
    placeholder: 'TAG',
    kind: repeatedKind(tagKind, TAGS_MAX),
    default: [],
    defaultText: '',
    form: 'list',
    help: 'A word that callers choose by. As often as there are any.',
  },
  metadata: {
    flag: 'meta',
    placeholder: 'KEY=VALUE',
    kind: repeatedKind(pairKind, METADATA_ENTRIES_MAX),
    default: [],
    defaultText: '',
    form: 'list',
    help: 'Whatever else callers choose by. As often as there is any.',
  },
  version: { flag: 'version', placeholder: 'VERSION', kind: labelKind, default: null, defaultText: '', help: 'Its version.' },
  zone: { flag: 'zone', placeholder: 'ZONE', kind: labelKind, default: null, defaultText: '', help: 'The zone that it runs in.' },
  weight: {
    flag: 'weight',
    placeholder: 'N',
    kind: digitsKind(`a whole number from 0 to ${WEIGHT_MAX}`, 0, WEIGHT_MAX),
    default: 1,
    defaultText: '1',
    help: 'Its share of the calls, beside the others of its service.',
  },
  ttlMs: {
    flag: 'ttl',
    placeholder: 'DURATION',
    kind: typedDurationOrNone(TTL_MIN_MS, TTL_MAX_MS),
    default: TTL_DEFAULT_MS,
    defaultText: formatDuration(TTL_DEFAULT_MS),
    help: 'How long a heartbeat counts.',
  },
  deregisterAfterMs: {
    flag: 'deregister-after',
    placeholder: 'DURATION',
    kind: typedDurationOrNone(0, DEREGISTER_AFTER_MAX_MS),
    default: 'default',
    defaultText: '',
    help: 'How long it may stay critical before it departs. Left out: 90s where it beats, else none.',
  },
};

/** What they say, as the registry is told. */
export function registrationFields(options: RegistrationOptions): Omit<Registration, 'service' | 'namespace'> {
  const { id, tags, metadata, version, zone, weight, ttlMs, deregisterAfterMs } = options;
  return {
    ...(id === null ? {} : { id }),
    ...(version === null ? {} : { version }),
    ...(zone === null ? {} : { zone }),
    ...(deregisterAfterMs === 'default' ? {} : { deregisterAfter: deregisterAfterMs ?? 'none' }),
    tags,
    metadata: Object.fromEntries(metadata),
    weight,
    ttl: ttlMs ?? 'none',
  };
}
