/** A prepared query as the log has it: a service to ask for, by a name of its own. */
import { isObject, type Bytes } from '@rollcall/core';
import { readAny } from './records.js';

interface QueryTemplate {
  /** It answers to every name that begins as its own does. Otherwise the rest says nothing, and is kept as it was said. */
  readonly byPrefix: boolean;
  /** Empty: every query that begins with this one's name; otherwise what must match it. */
  readonly regexp: string;
  readonly removeEmptyTags: boolean;
}

interface QueryFailover {
  readonly nearestN: number;
  readonly datacenters: readonly string[];
  readonly targets: readonly Readonly<Record<string, unknown>>[];
}

export interface QueryService {
  readonly service: string;
  readonly failover: QueryFailover;
  readonly onlyPassing: boolean;
  readonly ignoreCheckIds: readonly string[];
  readonly near: string;
  /** With a `!` before those that it must not have. */
  readonly tags: readonly string[];
  readonly nodeMeta: Readonly<Record<string, string>>;
  readonly serviceMeta: Readonly<Record<string, string>>;
  readonly connect: boolean;
}

export interface QueryDefinition {
  /** Empty: it goes by its id. Of a template: how the names begin that it answers to. */
  readonly name: string;
  /** It ends with this session; empty for none. */
  readonly session: string;
  /** `null` where nothing was said of it: it answers to its name alone. */
  readonly template: QueryTemplate | null;
  readonly service: QueryService;
  /** As it was said; empty for none. */
  readonly dnsTtl: string;
}

/** As `encodeJson` wrote it; `null` for what cannot be read. */
export function definitionIn(bytes: Bytes): QueryDefinition | null {
  const json = readAny(bytes);
  if (json === null || !isObject(json['service']) || typeof json['service']['service'] !== 'string') return null;
  return { ...noDefinition, ...json, service: { ...noService, ...json['service'] } };
}

export const noService: QueryService = {
  service: '',
  failover: { nearestN: 0, datacenters: [], targets: [] },
  onlyPassing: false,
  ignoreCheckIds: [],
  near: '',
  tags: [],
  nodeMeta: {},
  serviceMeta: {},
  connect: false,
};

const noDefinition: QueryDefinition = { name: '', session: '', template: null, service: noService, dnsTtl: '' };
