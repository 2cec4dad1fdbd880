/**
 * What all kinds of attendants share on a cluster: how heartbeats are taken at this moment, what is handed over and asked, and from
 * when on everybody has a full ttl. A kind joins with its rows (shared-rows.ts). On a node alone there is no desk.
 */
import type { Company } from '../cluster/company.js';
import { HANDED_TOGETHER_MAX, HandingOver, reachesAny } from '../cluster/handing-over.js';
import type { NodeName } from '../cluster/node-name.js';
import type { LiveNode, RosterChange } from '../cluster/roster-view.js';
import { RollcallError } from '../errors.js';
import type { CatalogView } from '../face.js';
import type { Clock } from '../ports/clock.js';
import type { AttendantName, Colleague, Heard } from '../ports/colleagues.js';
import type { Log } from '../ports/log.js';
import type { AttendanceMeters } from './meters.js';
import { TICK_MS } from './pace.js';

export interface CompanyDeskOptions {
  readonly company: Company;
  readonly view: Pick<CatalogView, 'staleSinceMs'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Attended time, see attended-time.ts. */
  readonly now: () => number;
  /** When this node last woke up, in the same. */
  readonly wokenMs: () => number;
  /** How much it has missed since a moment of attended time. */
  readonly missedSince: (attendedMs: number) => number;
  readonly meters: AttendanceMeters;
}

/**
 * How heartbeats are taken. `usual`: every one. `away`: the log does not answer, and only what is ours or can be handed over is
 * taken. `apart`: our membership may be lost, so nobody asks us; what is taken every other node has to know, and a node that knows
 * of no others any more takes nothing. Only one that never had any goes on: it is all there is.
 */
export type Hearing = 'usual' | 'away' | 'apart';

/** A node that leaves waits so long for its own word to come back to it. */
const LEAVING_SHOWN_LOOKS = 20;

/** The rows of one kind. */
export interface KindOfRows {
  /** How the names of its attendants begin. */
  readonly kind: string;
  take(heard: Heard): void;
  ageMs(who: AttendantName): number | null;
  /** Duty may have moved. */
  lookThrough(): void;
  /** All that were heard here, not by hearsay, and are still present. */
  present(): Iterable<{ readonly heard: Heard; readonly owner: NodeName | null }>;
}

export class CompanyDesk implements Colleague {
  readonly company: Company;
  readonly handing: HandingOver;
  readonly options: CompanyDeskOptions;
  readonly #kinds = new Map<string, KindOfRows>();
  #fullTtlFromMs = -Infinity;
  #isLeaving = false;
  #life: number | null = null;
  /** It has seen others at some time: then it may be that they are there again, and it does not know. */
  #hadOthers = false;
  #unfollow: (() => void) | null = null;
  readonly #whenChanged: (() => void)[] = [];

  constructor(options: CompanyDeskOptions) {
    const { company, clock, meters } = options;
    this.options = options;
    this.company = company;
    this.handing = new HandingOver({ company, clock, handed: meters.handed });
  }

  /** Nobody lapses before a ttl from then on: what a lost node had heard last nobody knows. In attended time. */
  get fullTtlFromMs(): number {
    return this.#fullTtlFromMs;
  }

  get hearing(): Hearing {
    if (this.#isLeaving || !this.company.isMember()) return this.#hadOthers ? this.#apart() : 'usual';
    return this.options.view.staleSinceMs === null ? 'usual' : 'away';
  }

  /** Whether a heartbeat may be taken while the log is away; `owner` is `null` for one that is ours. */
  reaches(owner: NodeName | null): boolean {
    const { colleagues } = this.company;
    if (owner !== null) return colleagues.reaches(owner);
    const others = this.#others();
    return others.length === 0 || reachesAny(colleagues, others);
  }

  isOurs(text: string): boolean {
    return this.company.duty.isOurs(text);
  }

  start(): void {
    this.#life = this.company.roster.self?.createRevision ?? null;
    this.#hadOthers = this.#others().length > 0;
    this.#unfollow = this.company.roster.follow((change) => this.#changed(change));
  }

  join(rows: KindOfRows): void {
    this.#kinds.set(rows.kind, rows);
  }

  /** Called after each change of duty. */
  onChange(listener: () => void): void {
    this.#whenChanged.push(listener);
  }

  /** The pulse. A node that may be no member cannot have heard all that it should have. */
  tick(): void {
    if (!this.company.isMember()) this.#fullTtlFromMs = this.options.now();
  }

  take(heard: readonly Heard[]): void {
    for (const one of heard) this.#kindOf(one.who)?.take(one);
  }

  ages(who: readonly AttendantName[]): readonly (number | null)[] {
    // Of a process that has just begun in another one's place it would be wrong to believe that it heard nobody.
    if (!this.company.isMember())
      throw new RollcallError('not-ready', 'This node is no member of the cluster, and its word does not count.');
    return who.map((one) => this.#kindOf(one)?.ageMs(one) ?? null);
  }

  /**
   * Before a planned stop: from now on no heartbeat is taken that not every other node knows, and those that were heard are handed
   * to whoever has the duty. Answers by which revision of the roster all of it was taken; `null` if not: then this node must not say goodbye
   * but be lost.
   */
  async leave(): Promise<number | null> {
    this.#isLeaving = true;
    const { roster } = this.company;
    for (let look = 0; look < LEAVING_SHOWN_LOOKS && roster.self?.leaving === false; look++) {
      await new Promise<void>((resolve) => void this.options.clock.after(TICK_MS, resolve));
    }
    const { revision } = roster;
    // Who had others and sees none may only be late, and cannot know that nobody needs what it heard.
    if (this.#others().length === 0) return this.#hadOthers ? null : revision;
    const batches = new Map<NodeName, Heard[]>();
    for (const rows of this.#kinds.values()) {
      for (const { heard, owner } of rows.present()) {
        if (owner === null || owner === roster.self?.name) return null;
        const batch = batches.get(owner) ?? [];
        batches.set(owner, batch);
        if (batch.push(heard) === HANDED_TOGETHER_MAX && !(await this.handing.handAll([[owner, batch.splice(0)]]))) return null;
      }
    }
    return (await this.handing.handAll(batches)) ? revision : null;
  }

  close(): void {
    this.#unfollow?.();
    this.handing.close();
  }

  #apart(): Hearing {
    this.#fullTtlFromMs = this.options.now();
    return 'apart';
  }

  #others(): readonly LiveNode[] {
    const { nodes, self } = this.company.roster;
    return nodes.filter(({ name }) => name !== self?.name);
  }

  #changed({ lost }: RosterChange): void {
    const life = this.company.roster.self?.createRevision ?? null;
    if (lost.length > 0 || life !== this.#life) this.#fullTtlFromMs = this.options.now();
    this.#life = life;
    this.#hadOthers ||= this.#others().length > 0;
    for (const rows of this.#kinds.values()) rows.lookThrough();
    for (const listener of this.#whenChanged) listener();
  }

  #kindOf(who: AttendantName): KindOfRows | undefined {
    return this.#kinds.get(who.slice(0, who.indexOf('/')));
  }
}

/** The answer to a heartbeat that is better heard elsewhere. */
export function elsewhereError(): RollcallError {
  return new RollcallError(
    'store-unavailable',
    'The log does not answer, and neither does the node that looks after this one. Beat again, or beat at another node.',
  );
}
