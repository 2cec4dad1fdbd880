/**
 * Who is there, kept equal to the log by a watch of `/rollcall/nodes/`. When its place in the log is lost it reads anew, and
 * tells the difference: whoever is there with another life was lost and has joined.
 */
import { nodeNameIn, nodesRange } from '../records/keys.js';
import { isRollcallError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Meter } from '../ports/meter.js';
import type { Change, Entry, RevisionBatch, Store, Watch } from '../ports/store.js';
import { membershipMetrics } from './meters.js';
import type { NodeName } from './node-name.js';
import { decodeNodeRecord, type NodeRecord } from './node-record.js';
import { Pauses } from './pauses.js';
import type { LiveNode, RosterChange, RosterView } from './roster-view.js';

export interface RosterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** What this process has as `id` in its record; `null` for one that only looks on. */
  readonly id: string | null;
  readonly meter?: Meter;
}

/** A node with all that it says of itself. */
export interface Member extends LiveNode {
  /** The revision that it last said so. */
  readonly modRevision: number;
  /** `null` where this program cannot read it. */
  readonly record: NodeRecord | null;
}

/** Between two attempts to read a log that does not answer. Until then this node writes no verdict. */
const RELOAD_PAUSE_MS = 500;

type Members = ReadonlyMap<NodeName, Member>;

export class Roster implements RosterView {
  readonly #options: RosterOptions;
  readonly #listeners = new Set<(change: RosterChange) => void>();
  #members: Members = new Map();
  #nodes: readonly Member[] = [];
  #self: Member | null = null;
  /** The latest revision that was read, or told. */
  #revision = 0;
  #watch: Watch | null = null;
  readonly #pauses: Pauses;
  #closed = false;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.clock);
    options.meter?.gauge(membershipMetrics.nodes, () => this.#nodes.length);
  }

  get self(): Member | null {
    return this.#self;
  }

  get nodes(): readonly Member[] {
    return this.#nodes;
  }

  /** Also what others write moves it, as far as the watch says so. */
  get revision(): number {
    return Math.max(this.#revision, this.#watch?.position ?? 0);
  }

  /** It follows the log. Otherwise the log may be another one by now, and no revision of it means anything. */
  get isCurrent(): boolean {
    return this.#watch !== null;
  }

  named(name: NodeName): Member | undefined {
    return this.#members.get(name);
  }

  follow(listener: (change: RosterChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Settles when it was read, however long the log takes to answer; rejects if it is refused. */
  async start(): Promise<void> {
    for (let attempt = 0; !this.#closed; attempt++) {
      try {
        return await this.#read();
      } catch (error) {
        if (this.#closed || !isRollcallError(error) || !error.retryable) throw error;
        if (attempt === 0)
          this.#options.log.warn('the log does not say who is in the cluster; it is asked again', { reason: error.message });
        await this.#pauses.wait(RELOAD_PAUSE_MS);
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#pauses.end();
    this.#watch?.cancel();
    this.#watch = null;
  }

  async #read(): Promise<void> {
    const { revision, entries } = await this.#options.store.range({ range: nodesRange });
    if (this.#closed) return;
    const read = entries.flatMap((entry) => memberOf(entry) ?? []);
    this.#revision = revision;
    this.#watch = this.#options.store.watch(
      { range: nodesRange, fromRevision: revision + 1 },
      { next: (batch) => this.#take(batch), ended: (reason) => this.#ended(reason) },
    );
    this.#become(new Map(read.map((member) => [member.name, member])));
  }

  #take({ revision, changes }: RevisionBatch): void {
    if (this.#closed) return;
    const members = new Map(this.#members);
    for (const change of changes) takeInto(members, change);
    this.#revision = revision;
    this.#become(members);
  }

  #become(members: Members): void {
    const before = this.#members;
    if (isSame(before, members)) return;
    this.#members = members;
    this.#nodes = [...members.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
    const { id } = this.#options;
    this.#self = id === null ? null : (this.#nodes.find(({ record }) => record?.id === id) ?? null);
    const change = differenceOf(before, members);
    this.#say(change);
    for (const listener of this.#listeners) listener(change);
  }

  #say({ joined, left, lost }: RosterChange): void {
    const { log } = this.#options;
    const nodes = this.#nodes.map(({ name }) => name);
    if (joined.length > 0) log.info('nodes have joined the cluster', { joined: namesOf(joined), nodes });
    if (left.length > 0) log.info('nodes have left the cluster', { left: namesOf(left), nodes });
    if (lost.length > 0) log.warn('nodes of the cluster are lost', { lost: namesOf(lost), nodes });
  }

  #ended(reason: Error | null): void {
    if (reason === null || this.#closed) return;
    this.#watch = null;
    this.#options.log.warn('the list of nodes lost its place in the log and is read anew', { reason: reason.message });
    this.start().catch((error: unknown) => {
      if (this.#closed) return;
      this.#options.log.error('the list of nodes cannot be read any more', { reason: String(error) });
    });
  }
}

function takeInto(members: Map<NodeName, Member>, change: Change): void {
  const name = nodeNameIn(change.type === 'put' ? change.entry.key : change.key);
  if (name === null) return;
  const member = change.type === 'put' ? memberOf(change.entry) : null;
  if (member === null) members.delete(name);
  else members.set(name, member);
}

/** `null` for a key that is no node's. */
function memberOf({ key, value, createRevision, modRevision }: Entry): Member | null {
  const name = nodeNameIn(key);
  if (name === null) return null;
  const record = decodeNodeRecord(value);
  return { name, createRevision, modRevision, peer: record?.peer ?? null, leaving: record?.leaving ?? false, record };
}

function isSame(before: Members, after: Members): boolean {
  if (before.size !== after.size) return false;
  for (const one of after.values()) if (!isIn(before, one) || before.get(one.name)?.modRevision !== one.modRevision) return false;
  return true;
}

/** With this very life. A log that was replaced may count the same revisions again: then the ids differ. */
function isIn(members: Members, one: Member): boolean {
  const known = members.get(one.name);
  return known?.createRevision === one.createRevision && known.record?.id === one.record?.id;
}

function differenceOf(before: Members, after: Members): RosterChange {
  const gone = [...before.values()].filter((one) => !isIn(after, one));
  return {
    joined: [...after.values()].filter((one) => !isIn(before, one)),
    left: gone.filter(({ record }) => record?.handedOver === true),
    lost: gone.filter(({ record }) => record?.handedOver !== true),
  };
}

function namesOf(nodes: readonly LiveNode[]): readonly string[] {
  return nodes.map(({ name }) => name);
}
