/** What a session may be, and what is said of it. */
import { goAnything, goList, goStruct, goText, type GoKind } from '../said/body.js';
import { formatGoDuration, parseGoDuration } from '../go-duration.js';
import { ConsulRefusal } from '../refusal.js';
import type { Indexes } from '../indexes.js';
import type { Session } from '../keyspace/keyspace.js';
import type { Behavior, SessionRecord } from '../keyspace/records.js';

/** Consul's own bounds. */
const TTL_MIN_MS = 10_000;
const TTL_MAX_MS = 86_400_000;
const LOCK_DELAY_MS_MAX = 60_000;
const LOCK_DELAY_MS = 15_000;

/** A number of a lock delay below this means seconds, and otherwise nanoseconds. */
const SECONDS_BELOW = 1000;

/** The check that says that a node is there at all. */
export const NODE_CHECK = 'serfHealth';

/** Consul's word: the time limit is the least that it lives, and the most is twice that. */
const LIVES_TTLS = 2;

const text = goText;

const saidSession = goStruct(
  {
    ID: text,
    Name: text,
    Node: text,
    LockDelay: goAnything,
    Behavior: text,
    TTL: text,
    NodeChecks: goList(text),
    ServiceChecks: goList(goStruct({ ID: text, Namespace: text }, 'refused')),
    Checks: goList(text),
    CreateIndex: goAnything,
    ModifyIndex: goAnything,
    Namespace: text,
    Partition: text,
  },
  'ignored',
);

/** What was asked for, with Consul's defaults. `node`: whose agent is asked. Throws what Consul refuses. */
export function sessionFor(node: string): GoKind<SessionRecord> {
  return (value, field) => {
    const said = saidSession(value, field);
    const behavior = said.Behavior ?? '';
    if (behavior !== '' && !isBehavior(behavior)) throw new ConsulRefusal(500, `Invalid Behavior setting '${behavior}'`);
    return {
      name: said.Name ?? '',
      node: said.Node === undefined || said.Node === '' ? node : said.Node,
      nodeChecks: said.NodeChecks ?? said.Checks ?? [NODE_CHECK],
      serviceChecks: (said.ServiceChecks ?? []).map(({ ID = '' }) => ID),
      lockDelayMs: lockDelayIn(said.LockDelay),
      behavior: behavior === '' ? 'release' : behavior,
      ttl: ttlIn(said.TTL ?? ''),
    };
  };
}

/** How long it lives from its last renewal; `null` for one that does not end by itself. */
export function livesMs({ ttl }: Pick<SessionRecord, 'ttl'>): number | null {
  return ttl === '' ? null : LIVES_TTLS * (parseGoDuration(ttl) ?? TTL_MAX_MS);
}

export function shownSession(session: Session, indexes: Indexes): object {
  return {
    ID: session.id,
    Name: session.name,
    Node: session.node,
    LockDelay: session.lockDelayMs * 1e6,
    Behavior: session.behavior,
    TTL: session.ttl,
    NodeChecks: session.nodeChecks,
    // Go's clients compare it with what they sent, and send nothing where they have none.
    ServiceChecks: session.serviceChecks.length === 0 ? null : session.serviceChecks.map((ID) => ({ ID, Namespace: '' })),
    CreateIndex: indexes.of(session.createRevision),
    ModifyIndex: indexes.of(session.modRevision),
  };
}

function isBehavior(text: string): text is Behavior {
  return text === 'release' || text === 'delete';
}

function lockDelayIn(value: unknown): number {
  if (value === undefined) return LOCK_DELAY_MS;
  const ms = typeof value === 'number' ? (value < SECONDS_BELOW ? value * 1000 : value / 1e6) : durationIn(value);
  if (ms === undefined || ms < 0 || Number.isNaN(ms))
    throw new ConsulRefusal(400, `Request decode failed: invalid LockDelay ${JSON.stringify(value)}`);
  return Math.min(ms, LOCK_DELAY_MS_MAX);
}

function durationIn(value: unknown): number | undefined {
  return typeof value === 'string' ? parseGoDuration(value) : undefined;
}

/** As it was said; empty where it is none. */
function ttlIn(text: string): string {
  if (text === '') return '';
  const ms = parseGoDuration(text);
  if (ms === undefined)
    throw new ConsulRefusal(500, `Session TTL ${JSON.stringify(text)} invalid: time: invalid duration ${JSON.stringify(text)}`);
  if (ms === 0) return '';
  if (ms < TTL_MIN_MS || ms > TTL_MAX_MS) {
    const [least, most] = [formatGoDuration(TTL_MIN_MS), formatGoDuration(TTL_MAX_MS)];
    throw new ConsulRefusal(
      400,
      `Invalid Session TTL '${ms * 1e6}', must be between [${least}=${TTL_MIN_MS * 1e6}, ${most}=${TTL_MAX_MS * 1e6}]`,
    );
  }
  return text;
}
