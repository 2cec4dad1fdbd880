/**
 * Answers as text that can be compared: what no two Consuls have in common is masked, each with the reason. Whatever is not masked
 * here, or excused in `excuses.ts`, is a difference.
 */
import type { Answer, Answered, Ask, Found, Step } from './step.js';

/** What the masks need to know: the same for all answers of one side. */
export interface Side {
  /** Its index must move with its answers. */
  readonly isJudged: boolean;
  /** The last index of every read, and what it said. */
  readonly reads: Map<string, { readonly index: number; readonly body: string }>;
}

export interface Pair {
  readonly theirs: string;
  readonly ours: string;
}

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
/** Those of the questions themselves stand as they are. */
const OURS = /^(?:11111111-2222|0a0a0a0a|0b0b0b0b)/;

interface Mask {
  readonly reason: string;
  readonly apply: (text: string) => string;
}

/** In bodies, and in order. */
const masks: readonly Mask[] = [
  {
    reason: 'indexes count the writes of a log, and every log counts otherwise',
    apply: (text) =>
      text.replaceAll(
        /"CreateIndex":\s*(\d+),(\s*)"ModifyIndex":\s*\d+/g,
        (_, created: string, space: string) => `"CreateIndex":"${created === '0' ? 0 : 'N'}",${space}"ModifyIndex":"N"`,
      ),
  },
  { reason: 'ids are chance', apply: (text) => text.replaceAll(UUID, (id) => (OURS.test(id) ? id : 'UUID')) },
  { reason: 'ports are those that were free', apply: (text) => text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT') },
  {
    reason: 'a hash of what is said, by any way',
    apply: (text) => text.replaceAll(/"ContentHash":\s*"[0-9a-f]+"/g, '"ContentHash":"HASH"'),
  },
  { reason: 'none at all, as it came', apply: (text) => text.replaceAll(/("(?:Interval|Timeout)":\s*)"0s"/g, '$1""') },
  { reason: 'what is said where nobody gave a reason', apply: (text) => text.replaceAll(/(no reason was provided\.)[^"]*/g, '$1') },
  { reason: 'the clock of events', apply: (text) => text.replaceAll(/"LTime":\s*\d+/g, '"LTime":"N"') },
  {
    reason: 'numbers of 64 bits, which JSON in this language would round',
    apply: (text) => text.replaceAll(/([:[,]\s*)(\d{16,})(?=\s*[,}\]])/g, '$1"$2"'),
  },
];

/** What is said of how the answer was found: here it is always at hand. */
const BY_STREAM: ReadonlySet<string> = new Set(['x-consul-knownleader', 'x-consul-query-backend']);

const headerMasks: Readonly<Record<string, (value: string) => string>> = {
  // A leader that was heard of milliseconds ago.
  'x-consul-lastcontact': (value) => (/^\d{1,3}$/.test(value) ? 'LITTLE' : value),
  'x-consul-contenthash': () => 'HASH',
  // Nothing is older here than the answer.
  'x-cache': () => 'HIT',
  // Said of some texts and not of others.
  'content-type': (value) => value.replace('; charset=utf-8', ''),
};

/** Headers that ours may have besides: what says more than it must misleads nobody. */
function withoutMore(ours: Answered, theirs: Answered): Answered {
  if ('rcode' in ours || 'rcode' in theirs) return ours;
  if ('came' in ours || 'came' in theirs) {
    if (!('came' in ours && 'came' in theirs)) return ours;
    const others = ours.others.map((one, at) => answerLike(one, theirs.others[at] ?? one));
    return { ...ours, answer: answerLike(ours.answer, theirs.answer), others };
  }
  return answerLike(ours, theirs);
}

function withoutStreams(theirs: Answered): Answered {
  if ('rcode' in theirs) return theirs;
  if ('came' in theirs) return { ...theirs, answer: withoutStream(theirs.answer) };
  return withoutStream(theirs);
}

function withoutStream(theirs: Answer): Answer {
  if (theirs.headers['x-consul-query-backend'] !== 'streaming') return theirs;
  return { ...theirs, headers: Object.fromEntries(Object.entries(theirs.headers).filter(([name]) => !BY_STREAM.has(name))) };
}

function answerLike(ours: Answer, theirs: Answer): Answer {
  const kept = Object.entries(ours.headers).filter(([name]) => !/^x-(?:consul-|cache)/.test(name) || Object.hasOwn(theirs.headers, name));
  return { ...ours, headers: Object.fromEntries(kept) };
}

export function comparablePair(step: Step, said: Answered, ours: Answered, sides: { readonly theirs: Side; readonly ours: Side }): Pair {
  const theirs = withoutStreams(said);
  return { theirs: comparable(step, theirs, sides.theirs), ours: comparable(step, withoutMore(ours, theirs), sides.ours) };
}

function comparable(step: Step, answered: Answered, side: Side): string {
  if ('rcode' in answered) return foundText(answered);
  if ('came' in answered) {
    const waits = 'waits' in step ? step.waits : (step as Ask);
    const others = answered.others.map((one, at) => answerText(('waits' in step ? step.meanwhile[at] : undefined) ?? waits, one, side));
    return [answered.came, answerText(waits, answered.answer, side), ...others].join('\n');
  }
  return answerText(step as Ask, answered, side);
}

/** What of these is compared: the rest says how it goes with one program on one machine. */
const PARTS: readonly { readonly path: string; readonly parts: readonly string[] }[] = [
  {
    path: '/v1/agent/self',
    parts: [
      'Config.Datacenter',
      'Config.NodeName',
      'Config.Server',
      'Config.Version',
      'Config.PrimaryDatacenter',
      'Member.Name',
      'Member.Addr',
      'Member.Status',
      'Member.ProtocolCur',
      'Member.Tags.dc',
      'Member.Tags.role',
      'Meta',
    ],
  },
  ...['/v1/agent/members', '/v1/agent/members?wan', '/v1/agent/members?wan=1'].map((path) => ({
    path,
    parts: ['length', '0.Name', '0.Addr', '0.Tags.dc', '0.Tags.role', '0.Tags.segment', '0.Status', '0.ProtocolCur'],
  })),
  { path: '/v1/agent/version', parts: ['HumanVersion'] },
  { path: '/v1/agent/host', parts: [] },
  { path: '/v1/agent/metrics', parts: [] },
];

export function partsOf(path: string, body: string): string {
  const found = PARTS.find((one) => one.path === path);
  if (found === undefined || !/^[[{]/.test(body)) return body;
  const json: unknown = JSON.parse(body);
  const member = (value: unknown, name: string): unknown => (value as Record<string, unknown> | undefined)?.[name];
  // Of a transcript they are taken already.
  const at = (where: string): unknown => member(json, where) ?? where.split('.').reduce(member, json);
  return JSON.stringify(Object.fromEntries(found.parts.map((where) => [where, at(where)])));
}

function answerText(asked: Ask, { status, headers, body }: Answer, side: Side): string {
  const shown = bodyText(asked.path, partsOf(asked.path, body));
  // With a refusal, headers about indexes and leaders say nothing.
  const isRefusal = status >= 400 && (headers['content-type'] ?? '').startsWith('text/plain');
  const others = Object.entries(headers)
    .filter(([name]) => name !== 'x-consul-index' && (!isRefusal || !name.startsWith('x-consul-')))
    .map(([name, value]) => `${name}: ${headerMasks[name]?.(value) ?? value}`);
  const index = isRefusal ? undefined : headers['x-consul-index'];
  const moved = index === undefined ? [] : [`x-consul-index: ${movement(asked, Number(index), shown, side)}`];
  return [`${status}`, ...moved, ...others, shown].join('\n');
}

/** Whether the index says what clients go by: whoever has the last one learns of every change. */
function movement({ path }: Ask, index: number, body: string, { reads, isJudged }: Side): string {
  const name = path.replace(/[?&]index=<<index>>&wait=\w+$/, '');
  const before = reads.get(name);
  reads.set(name, { index, body });
  if (index < 1) return 'NONE';
  if (before === undefined || !isJudged) return 'some';
  if (index < before.index) return 'BACK';
  return before.body !== body && index === before.index ? 'SAME, AND ANOTHER ANSWER' : 'some';
}

function bodyText(path: string, body: string): string {
  const masked = masks.reduce((text, { apply }) => apply(text), body);
  const isJson = /^[[{"]|^(?:true|false|null)\n?$/.test(body);
  if (!isJson) return `text ${masked}`;
  try {
    const laidOut = body.includes('\n    ') ? 'JSON, laid out ' : 'JSON ';
    return `${laidOut}${body.endsWith('\n') ? 'with a line end ' : ''}${JSON.stringify(inOrder(JSON.parse(masked), '', path), null, 1)}`;
  } catch {
    return `text ${masked}`;
  }
}

/**
 * Fields that one of the two has with nothing in them, `null`, `{}`, `[]`, 0 or an empty text, where the other leaves them out: a
 * Consul says what its Go had in memory, and that depends on the way that it came. Here lists and tables are never `null`.
 */
const MAYBE_NOTHING: ReadonlySet<string> = new Set([
  'Meta',
  'NodeMeta',
  'PeerName',
  'Port',
  'ServiceLocality',
  'ServiceTags',
  'Tags',
  'Services',
  'TaggedAddresses',
]);

/** What a Consul says of an answer within it, besides the headers, and fields of its own editions. */
const UNSAID: ReadonlySet<string> = new Set([
  'Backend',
  'ConsistencyLevel',
  'Index',
  'KnownLeader',
  'LastContact',
  'NotModified',
  'Peer',
  'ResultsFilteredByACLs',
  'SamenessGroup',
]);

function isNothing(value: unknown): boolean {
  if (typeof value === 'object') return value === null || Object.keys(value).length === 0;
  return value === 0 || value === '' || value === false || value === '0s';
}

/** Names in order: what stands first in an object means nothing, and neither does the order of rows, unless somebody is near. */
function inOrder(value: unknown, name: string, path: string): unknown {
  if (Array.isArray(value)) {
    const all = value.map((one: unknown) => inOrder(one, ' ', path));
    const isSet =
      name === 'Checks' ||
      name === 'Services' ||
      (name === '' && /^\/v1\/(?:health\/|catalog\/|query$|session\/)/.test(path) && !path.includes('near=')) ||
      isTags(path, value);
    return isSet ? all.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : all;
  }
  if (typeof value !== 'object' || value === null) return value;
  const isOwn = Object.entries(value).some(([key, one]) => /^(?:Service|ServiceName)$/.test(key) && one === 'consul');
  return Object.fromEntries(
    Object.entries(value)
      // Of a server’s own service: its port, and what its raft is.
      .filter(([key]) => !isOwn || !/^(?:Service)?(?:Port|Meta)$/.test(key) || 'CheckID' in value)
      .filter(([key, one]) => !UNSAID.has(key) && !((MAYBE_NOTHING.has(key) || name === 'Definition') && isNothing(one)))
      .map(([key, one]) => [key, inOrder(one, key, path)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Of a service’s name: a set. */
function isTags(path: string, value: readonly unknown[]): boolean {
  return path.startsWith('/v1/catalog/services') && value.every((one) => typeof one === 'string');
}

function foundText({ rcode, flags, answers, authorities, additionals }: Found): string {
  return JSON.stringify({ rcode, flags, answers, authorities, additionals }, null, 1);
}
