/** Checks as anybody may ask for them: every field checked, durations read; what is left out is not filled in yet. */
import { OUTPUT_CHARACTERS_MAX } from '../catalog/bounds.js';
import { durationKind, formatDuration } from '../catalog/duration.js';
import { optional, required, tryFields, type FieldRules } from '../catalog/fields.js';
import { Host } from '../catalog/host.js';
import { InstanceId, ServiceName } from '../catalog/names.js';
import { lineKind, partNameKind, portKind, proseKind } from '../catalog/registration-kinds.js';
import {
  describe,
  isObject,
  listKind,
  tableKind,
  textKind,
  wholeNumberKind,
  wordKind,
  type FieldProblem,
  type ValueKind,
} from '../catalog/value-kind.js';
import { withoutUrl } from './page-url.js';
import { probeTypes, type AliasSpec, type HttpSpec, type ProbeType, type TlsTerms } from './probe-spec.js';

/** Probes cost the registry, and their targets, something at every interval: more often than this nobody learns more. */
const INTERVAL_MIN_MS = 1_000;
const INTERVAL_MAX_MS: number = 24 * 60 * 60 * 1000;
const INTERVAL_DEFAULT_MS = 10_000;

const TIMEOUT_MIN_MS = 10;
const TIMEOUT_MAX_MS = 60_000;
const TIMEOUT_DEFAULT_MS = 5_000;

/** Whoever needs more in a row wants another interval. */
const IN_A_ROW_MAX = 100;
const FAILURES_DEFAULT = 3;

const HEADERS_MAX = 32;
const STATUSES_MAX = 16;
const ARGS_MAX = 64;

/** What is sent, and what is looked for: a page of text. */
const TEXT_CHARACTERS_MAX = OUTPUT_CHARACTERS_MAX;

interface AnyWish {
  /** Unique in its instance; left out: the type, with a number behind it if there are several. */
  readonly name: string | null;
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly successBeforePassing: number;
  /** Left out: as many as before critical, so that it never warns. */
  readonly failuresBeforeWarning: number | null;
  readonly failuresBeforeCritical: number;
}

interface PlaceWish {
  /** Left out: the instance's. */
  readonly host: Host | null;
  /** By its number, or by its name among the instance's ports. Left out: the instance's. */
  readonly port: number | string | null;
}

interface HttpWish extends AnyWish, PlaceWish, Pick<HttpSpec, 'method' | 'headers' | 'body' | 'contains' | 'statuses'> {
  readonly type: 'http';
  readonly path: string;
  readonly tls: TlsTerms | null;
}

interface TcpWish extends AnyWish, PlaceWish {
  readonly type: 'tcp';
  readonly tls: TlsTerms | null;
  readonly refusedOnly: boolean;
}

interface UdpWish extends AnyWish, PlaceWish {
  readonly type: 'udp';
  readonly send: string;
  readonly contains: string | null;
}

interface GrpcWish extends AnyWish, PlaceWish {
  readonly type: 'grpc';
  readonly service: string;
  readonly tls: TlsTerms | null;
}

interface ScriptWish extends AnyWish {
  readonly type: 'script';
  readonly command: string;
  readonly args: readonly string[];
}

/** Whoever follows asks nobody, and counts nothing. */
interface AliasWish extends Pick<AnyWish, 'name'>, Pick<AliasSpec, 'service' | 'id'> {
  readonly type: 'alias';
}

/** What is asked, of somebody or of a program. */
export type ProbeWish = HttpWish | TcpWish | UdpWish | GrpcWish | ScriptWish;

export type CheckWish = ProbeWish | AliasWish;

const inARow = wholeNumberKind(1, IN_A_ROW_MAX);
const text = proseKind(TEXT_CHARACTERS_MAX);

const any: FieldRules<AnyWish> = {
  name: optional(partNameKind, null),
  interval: optional(durationKind(INTERVAL_MIN_MS, INTERVAL_MAX_MS), INTERVAL_DEFAULT_MS),
  timeout: optional(durationKind(TIMEOUT_MIN_MS, TIMEOUT_MAX_MS), TIMEOUT_DEFAULT_MS),
  startPeriod: optional(durationKind(0, INTERVAL_MAX_MS), 0),
  successBeforePassing: optional(inARow, 1),
  failuresBeforeWarning: optional(inARow, null),
  failuresBeforeCritical: optional(inARow, FAILURES_DEFAULT),
};

const place: FieldRules<PlaceWish> = {
  host: optional(Host, null),
  port: optional<number | string, null>(
    {
      allowed: `${portKind.allowed}, or the name of one of its ports`,
      parse: (value) => portKind.parse(value) ?? partNameKind.parse(value),
    },
    null,
  ),
};

/** A handful of certificates; it is part of the registration, which everybody who may read it is shown. */
const CA_CHARACTERS_MAX = 16_384;

const certificate = /^\s*(?:-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/;

const caKind: ValueKind<string> = {
  allowed: `certificates in PEM, and no keys, at most ${CA_CHARACTERS_MAX} characters`,
  parse: (value) => (typeof value === 'string' && value.length <= CA_CHARACTERS_MAX && certificate.test(value) ? value : undefined),
};

const tlsRules: FieldRules<TlsTerms> = {
  serverName: optional(Host, null),
  verify: optional({ allowed: 'true or false', parse: (value) => (typeof value === 'boolean' ? value : undefined) }, true),
  ca: optional(caKind, null),
};

const switchKind: ValueKind<boolean> = { allowed: 'true or false', parse: (value) => (typeof value === 'boolean' ? value : undefined) };

/** `true` for the usual terms, or some of its own. */
const tlsKind: ValueKind<TlsTerms | null> = {
  allowed: 'true, false, or an object with serverName, verify and ca',
  parse(value) {
    if (value === false) return null;
    const { fields, unknown, problems } = tryFields(isObject(value) ? value : {}, tlsRules);
    return (value === true || isObject(value)) && problems.length === 0 && Object.keys(unknown).length === 0 ? fields : undefined;
  },
};

/** `"200-299"`, `"200,204"`, or `200`. */
const statusesKind: ValueKind<HttpSpec['statuses']> = {
  allowed: `statuses such as 204, "200-299" or "200,301-302", at most ${STATUSES_MAX}`,
  parse(value) {
    const parts = typeof value === 'number' ? [String(value)] : typeof value === 'string' ? value.split(',') : [];
    const ranges = parts.map((part) => /^\s*([1-9]\d\d)(?:\s*-\s*([1-9]\d\d))?\s*$/.exec(part));
    if (ranges.length === 0 || ranges.length > STATUSES_MAX) return undefined;
    const read = ranges.flatMap((range) => (range === null ? [] : [[Number(range[1]), Number(range[2] ?? range[1])] as const]));
    return read.length === ranges.length && read.every(([from, to]) => from <= to) ? read : undefined;
  },
};

/** What HTTP calls a token. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;

const headersKind = tableKind(
  textKind<string>('the name of a header', token),
  textKind<string>('a line of at most 1024 visible ASCII characters and spaces', /^[\t\x20-\x7e]{0,1024}$/),
  HEADERS_MAX,
);

const pathKind = textKind<string>(
  'a path that begins with /, of at most 2048 visible ASCII characters',
  /^\/[\x21-\x22\x24-\x7e]{0,2047}$/,
);

type RulesOf<Wish> = FieldRules<Wish>;

const rules: { readonly [Type in ProbeType]: RulesOf<Extract<CheckWish, { readonly type: Type }>> } = {
  http: {
    ...any,
    ...place,
    type: required(wordKind(['http'])),
    path: optional(pathKind, '/'),
    method: optional(textKind<string>('a method such as GET', /^[A-Z]{1,32}$/), 'GET'),
    headers: optional(headersKind, {}),
    body: optional(text, null),
    statuses: optional(statusesKind, []),
    contains: optional(text, null),
    tls: optional(tlsKind, null),
  },
  tcp: { ...any, ...place, type: required(wordKind(['tcp'])), tls: optional(tlsKind, null), refusedOnly: optional(switchKind, false) },
  udp: { ...any, ...place, type: required(wordKind(['udp'])), send: optional(text, ''), contains: optional(text, null) },
  grpc: {
    ...any,
    ...place,
    type: required(wordKind(['grpc'])),
    service: optional(textKind<string>('the name of a gRPC service', /^[A-Za-z0-9_.]{0,256}$/), ''),
    tls: optional(tlsKind, null),
  },
  script: {
    ...any,
    type: required(wordKind(['script'])),
    command: required(lineKind(1024)),
    args: optional(listKind(text, ARGS_MAX), []),
  },
  alias: { name: any.name, type: required(wordKind(['alias'])), service: required(ServiceName), id: optional(InstanceId, null) },
};

const typeKind = wordKind(probeTypes);

/** Any that can be done: what was taken in once is understood for ever, and other protocols have terms of their own. */
export const checkWishKind: ValueKind<CheckWish> = kindOf(() => []);

/** One that somebody asks for here and now: its terms have to fit together, too. */
export const askedCheckKind: ValueKind<CheckWish> = kindOf((wish) =>
  wish.type !== 'alias' && wish.timeout > wish.interval
    ? [{ field: 'timeout', came: formatDuration(wish.timeout), allowed: `at most its interval, ${formatDuration(wish.interval)}` }]
    : [],
);

function kindOf(objectionsTo: (wish: CheckWish) => readonly FieldProblem[]): ValueKind<CheckWish> {
  const problemsOf = ({ wish, problems }: ReadWish): readonly FieldProblem[] => (problems.length > 0 ? problems : objectionsTo(wish));
  return {
    allowed: `a check of type ${probeTypes.join(', ')}`,
    parse(value) {
      const read = isObject(value) ? readWish(value) : null;
      return read === null || problemsOf(read).length > 0 ? undefined : read.wish;
    },
    explain(value, field) {
      if (!isObject(value)) return [{ field, came: describe(value), allowed: 'an object with a type' }];
      const read = readWish(value);
      if (read === null) return [{ field: `${field}.type`, came: describe(value['type']), allowed: typeKind.allowed }];
      return problemsOf(read).map((problem) => ({ ...problem, field: `${field}.${problem.field}` }));
    },
  };
}

interface ReadWish {
  readonly wish: CheckWish;
  readonly problems: readonly FieldProblem[];
}

/** `null` where it is of no type. */
function readWish(value: Readonly<Record<string, unknown>>): ReadWish | null {
  const type = typeKind.parse(value['type']);
  if (type === undefined) return null;
  const asked = type === 'http' ? withoutUrl(value) : { fields: value, problems: [] };
  const { fields, unknown, problems } = tryFields<CheckWish>(asked.fields, rules[type]);
  const allowed = `only ${[...Object.keys(rules[type]), ...(type === 'http' ? ['url'] : [])].join(', ')}`;
  const strangers = Object.keys(unknown).map((name) => ({
    field: describe(name).slice(1, -1),
    came: 'a field that is not known here',
    allowed,
  }));
  // Left out it is the usual one, and no longer than it is until the next question.
  const timeout = fields.type === 'alias' || value['timeout'] !== undefined ? {} : { timeout: Math.min(fields.timeout, fields.interval) };
  return { wish: { ...fields, ...timeout }, problems: [...asked.problems, ...problems, ...strangers] };
}
