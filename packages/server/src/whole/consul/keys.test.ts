import type { Log, Store } from '@rollcall/core';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { afterEach, describe, expect, it } from 'vitest';
import { KeyspaceFollower } from '../../faces/consul/keyspace/follower.js';
import { Keyspace } from '../../faces/consul/keyspace/keyspace.js';
import { KeyspaceWriter } from '../../faces/consul/keyspace/writer.js';
import { fireEvent } from '../../faces/consul/events/log.js';
import { KvDraft } from '../../faces/consul/kv/draft.js';
import { SessionKeeper } from '../../faces/consul/sessions/keeper.js';
import { Sessions } from '../../faces/consul/sessions/registry.js';
import type { CheckStatus, Standing } from '../../faces/consul/sessions/standing.js';
import type { SessionRecord } from '../../faces/consul/keyspace/records.js';
import { nextTurn } from '../../shared/turn.js';
import { uuidText } from '../../faces/consul/uuid.js';
import { openMemoryStore } from '../../stores/memory/store.js';

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a node of the registry has of all this, over a log that others may share. */
class Node {
  readonly keyspace = new Keyspace();
  readonly writer: KeyspaceWriter;
  readonly sessions: Sessions;
  readonly checks = new Map<string, CheckStatus>();
  #moved: (node: string | null) => void = () => undefined;
  readonly #follower: KeyspaceFollower;
  readonly #keeper: SessionKeeper;

  constructor(name: string, store: Store, clock: SimulatedClock, isOurs: (text: string) => boolean) {
    const { keyspace } = this;
    const random = new SeededRandom(7);
    this.#follower = new KeyspaceFollower({ store, keyspace, clock, log: quiet });
    this.writer = new KeyspaceWriter({ store, follower: this.#follower, revision: () => keyspace.revision, clock });
    let ids = 0;
    const newId = (): string => uuidText(Buffer.from(`${name}${String(ids++).padStart(15, '0')}`));
    this.sessions = new Sessions({ store, keyspace, writer: this.writer, newId });
    const standing: Standing = {
      isKnown: () => true,
      hasNode: (node) => node === 'here',
      checkStatus: (_node, check) => this.checks.get(check),
      follow: (moved) => {
        this.#moved = moved;
        return () => undefined;
      },
    };
    this.#keeper = new SessionKeeper({ keyspace, sessions: this.sessions, standing, isOurs, clock, log: quiet });
    this.fire = (name) =>
      fireEvent({ keyspace, writer: this.writer, random }, { name, payload: '', nodeFilter: '', serviceFilter: '', tagFilter: '' });
  }

  readonly fire: (name: string) => Promise<{ readonly sequence: number }>;

  async start(): Promise<this> {
    await this.#follower.start();
    this.#keeper.start();
    return this;
  }

  async close(): Promise<void> {
    await this.#keeper.close();
    this.#follower.close();
  }

  setCheck(id: string, status: CheckStatus): void {
    this.checks.set(id, status);
    this.#moved('here');
  }

  begin(more: Partial<SessionRecord> = {}): Promise<string> {
    const usual: SessionRecord = {
      name: '',
      node: 'here',
      nodeChecks: [],
      serviceChecks: [],
      lockDelayMs: 0,
      behavior: 'release',
      ttl: '',
    };
    return this.sessions.begin({ ...usual, ...more });
  }

  write<Answer>(key: string, verb: (draft: KvDraft) => Answer): Promise<Answer> {
    return this.writer.write(`kv/${key}`, () => {
      const draft = new KvDraft(this.keyspace);
      const answer = verb(draft);
      return { when: draft.conditions, then: draft.operations, answer: () => answer };
    });
  }

  async lock(key: string, session: string): Promise<boolean> {
    await this.sessions.settleHolder(key);
    return this.write(key, (draft) => draft.lock(key, { value: Buffer.from(session), flags: 0n }, session) !== null);
  }
}

const open: Node[] = [];
afterEach(async () => {
  for (const node of open.splice(0)) await node.close();
});

async function house(nodes = 1): Promise<{ readonly clock: SimulatedClock; readonly store: Store; readonly nodes: readonly Node[] }> {
  const clock = new SimulatedClock();
  const store = await openMemoryStore({ clock, random: new SeededRandom(1) });
  const started = [];
  for (let at = 0; at < nodes; at++) started.push(await new Node(String(at), store, clock, () => at === 0).start());
  open.push(...started);
  return { clock, store, nodes: started };
}

const counted = (node: Node): number => Number(Buffer.from(node.keyspace.kv.get('n')?.value ?? '').toString() || 0);

describe('keys on several nodes', () => {
  it('lose no word of any of them', async () => {
    const { nodes } = await house(3);
    const add = async (node: Node): Promise<void> => {
      for (let done = false; !done;) {
        const seen = node.keyspace.kv.get('n');
        const value = Buffer.from(String(counted(node) + 1));
        done = await node.write('n', (draft) => draft.cas('n', { value, flags: 0n }, seen?.modRevision ?? 0) !== null);
      }
    };
    await Promise.all(nodes.flatMap((node) => Array.from({ length: 20 }, () => add(node))));
    expect(nodes.map(counted)).toEqual([60, 60, 60]);
  });

  it('are held by one at a time', async () => {
    const { nodes } = await house(3);
    let inside = 0;
    let entered = 0;
    await Promise.all(
      nodes.map(async (node) => {
        const session = await node.begin();
        for (let round = 0; round < 10;) {
          if (!(await node.lock('lock', session))) {
            await nextTurn();
            continue;
          }
          expect(++inside).toBe(1);
          await Promise.resolve();
          entered++;
          inside--;
          round++;
          expect(await node.write('lock', (draft) => draft.unlock('lock', { value: Buffer.from(''), flags: 0n }, session) !== null)).toBe(
            true,
          );
        }
      }),
    );
    expect(entered).toBe(30);
    expect(nodes[0]?.keyspace.kv.get('lock')?.lockIndex).toBe(30);
  });

  it('and events have one order', async () => {
    const { nodes } = await house(2);
    const [one, other] = nodes as [Node, Node];
    const fired = await Promise.all(Array.from({ length: 300 }, (_, at) => (at % 2 === 0 ? one : other).fire('e')));
    expect(new Set(fired.map(({ sequence }) => sequence)).size).toBe(300);
    const [ids, others] = nodes.map(({ keyspace }) => keyspace.events.map(({ id }) => id));
    expect(ids).toEqual(others);
    expect(ids).toHaveLength(256);
  });
});

describe('a session', () => {
  it('lives for as long as it is renewed, and then lets go of what it held', async () => {
    const { clock, nodes } = await house(2);
    const [one, other] = nodes as [Node, Node];
    const session = await other.begin({ ttl: '10s' });
    expect(await other.lock('lock', session)).toBe(true);
    for (let round = 0; round < 6; round++) {
      await clock.advance(9000);
      expect((await one.sessions.renew(session))?.id).toBe(session);
    }
    expect(other.keyspace.kv.get('lock')?.session).toBe(session);
    await clock.advance(21_000);
    expect(one.keyspace.sessions.has(session)).toBe(false);
    expect(other.keyspace.kv.get('lock')).toMatchObject({ session: null, lockIndex: 1 });
    expect(await one.sessions.renew(session)).toBeUndefined();
  });

  it('leaves its locks at rest for as long as it said', async () => {
    const { clock, nodes } = await house(2);
    const [one, other] = nodes as [Node, Node];
    const first = await one.begin({ lockDelayMs: 15_000 });
    const second = await other.begin();
    await one.lock('lock', first);
    await one.sessions.end(first);
    expect(await other.lock('lock', second)).toBe(false);
    await clock.advance(16_000);
    expect(await other.lock('lock', second)).toBe(true);
  });

  it('takes its keys with it if it said so, however many they are', async () => {
    const { nodes } = await house(1);
    const [node] = nodes as [Node];
    const session = await node.begin({ behavior: 'delete', lockDelayMs: 1000 });
    for (let at = 0; at < 130; at++) await node.lock(`k/${at}`, session);
    await node.write('mine', (draft) => draft.set('mine', { value: Buffer.from('x'), flags: 0n }));
    await node.sessions.end(session);
    expect([...node.keyspace.kv.under('')].map(({ key }) => key)).toEqual(['mine']);
    expect(node.keyspace.isDelayed('k/129')).toBe(true);
  });

  it('ends with its check, and with its node', async () => {
    const { clock, nodes } = await house(1);
    const [node] = nodes as [Node];
    node.setCheck('db', 'passing');
    const session = await node.begin({ nodeChecks: ['db', 'serfHealth'] });
    await node.lock('lock', session);
    node.setCheck('db', 'warning');
    await clock.advance(100);
    expect(node.keyspace.sessions.has(session)).toBe(true);
    node.setCheck('db', 'critical');
    await clock.advance(100);
    expect(node.keyspace.sessions.has(session)).toBe(false);
    expect(node.keyspace.kv.get('lock')?.session).toBeNull();
    const lost = await node.begin({ node: 'gone' });
    await clock.advance(6000);
    expect(node.keyspace.sessions.has(lost)).toBe(false);
  });

  it('is let go by another node, if the one whose share it is does nothing', async () => {
    const { clock, store, nodes } = await house(2);
    const [one, other] = nodes as [Node, Node];
    const session = await one.begin({ ttl: '10s' });
    await one.lock('lock', session);
    await one.close();
    await clock.advance(45_000);
    expect(other.keyspace.kv.get('lock')?.session).toBeNull();
    const late = await new Node('9', store, clock, () => true).start();
    open.push(late);
    expect(late.keyspace.kv.get('lock')?.lockIndex).toBe(1);
  });

  it('that ended before anybody held its manner in mind is let go all the same', async () => {
    const { clock, store, nodes } = await house(1);
    const [node] = nodes as [Node];
    const session = await node.begin({ ttl: '10s' });
    await node.lock('lock', session);
    await node.close();
    await clock.advance(30_000);
    const late = await new Node('9', store, clock, () => true).start();
    open.push(late);
    await clock.advance(100);
    expect(late.keyspace.kv.get('lock')?.session).toBeNull();
    expect(late.keyspace.isDelayed('lock')).toBe(true);
  });
});
