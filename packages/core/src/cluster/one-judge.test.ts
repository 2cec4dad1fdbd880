import fc from 'fast-check';
import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import type { Commit, RevisionBatch } from '../ports/store.js';
import { fromText, toText } from '../store/bytes.js';
import { keyOf } from '../store/change.js';
import { allKeys } from '../store/key-range.js';
import { LeasedLog, type LinkState } from './leased-log.fixture.js';
import { MemberNode } from './member.fixture.js';

/** Some steps of a cluster in trouble. */
type Step =
  | {
      readonly does: 'start' | 'kill' | 'pause' | 'resume' | 'fallBehind' | 'catchUp' | 'announce' | 'leave' | 'write';
      readonly node: number;
    }
  /** `send`: what is judged has left the node, and arrives some time later, whatever becomes of the node. */
  | { readonly does: 'decide' | 'judge' | 'send'; readonly node: number; readonly instance: number }
  | { readonly does: 'link'; readonly node: number; readonly state: LinkState }
  | { readonly does: 'loseWatchers' }
  | { readonly does: 'arrive' }
  | { readonly does: 'wait'; readonly ms: number };

interface Decision {
  readonly by: MemberNode;
  readonly text: string;
  readonly asOf: number;
}

const NAMES = ['a', 'b', 'c'];

/** Mostly the same two: they get in each other's way. */
const node = fc.constantFrom(0, 0, 1, 1, 2);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('start' as const), node }) },
  {
    weight: 12,
    arbitrary: fc.record({
      does: fc.constantFrom('decide' as const, 'judge' as const, 'send' as const),
      node,
      instance: fc.nat({ max: 1 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('write' as const), node }) },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constantFrom('kill' as const, 'pause' as const, 'resume' as const, 'announce' as const, 'leave' as const),
      node,
    }),
  },
  { weight: 5, arbitrary: fc.record({ does: fc.constantFrom('fallBehind' as const, 'catchUp' as const), node }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('link' as const), node, state: fc.constantFrom<LinkState>('whole', 'cut', 'mute', 'held') }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('loseWatchers' as const) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('arrive' as const) }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(0, 100, 1000, 3000, 7000) }) },
);

/** Nodes that come, go and suffer, and say verdicts as fast as they can: on condition of their fences, and of nothing else. */
class TroubledCluster {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly log: LeasedLog = new LeasedLog(this.clock);
  readonly history: RevisionBatch[] = [];
  readonly #nodes: (MemberNode | null)[] = NAMES.map(() => null);
  #decided: Decision[] = [];
  #sent: Commit[] = [];

  async begin(): Promise<void> {
    this.log.watch({ range: allKeys, fromRevision: 1 }, { next: (batch) => void this.history.push(batch), ended: () => undefined });
    for (const at of [0, 1]) this.#start(at);
    await this.clock.advance(0);
  }

  get alive(): readonly MemberNode[] {
    return this.#nodes.filter((one) => one !== null);
  }

  async take(step: Step): Promise<void> {
    if (step.does === 'wait') return this.clock.advance(step.ms);
    if (step.does === 'loseWatchers') this.#loseWatchers();
    else if (step.does === 'arrive') this.#arrive();
    else if (step.does === 'start') this.#start(step.node);
    else {
      const one = this.#nodes[step.node] ?? null;
      if (one !== null) this.#do(step, one);
    }
    await this.clock.advance(0);
  }

  /** The trouble is over. */
  async settle(): Promise<void> {
    for (const one of this.alive) {
      one.resume();
      one.link.become('whole');
      one.link.catchUp();
    }
    // First what is under way already: the clock only waits for timers that are set.
    await this.clock.advance(0);
    await this.clock.advance(30_000);
    for (const one of this.alive) this.#write(one);
    await this.clock.advance(0);
  }

  /** All of them hear of it but our own record of what happened. */
  #loseWatchers(): void {
    this.log.loseWatchers();
    const from = (this.history.at(-1)?.revision ?? 0) + 1;
    this.log.watch({ range: allKeys, fromRevision: from }, { next: (batch) => void this.history.push(batch), ended: () => undefined });
  }

  #start(at: number): void {
    if (this.#nodes[at] !== null) return;
    const one = new MemberNode(NAMES[at] as string, this.log, this.clock);
    this.#nodes[at] = one;
    one.start().catch(() => this.#end(at, one));
  }

  #end(at: number, one: MemberNode): void {
    one.kill();
    if (this.#nodes[at] === one) this.#nodes[at] = null;
  }

  #do(step: Exclude<Step, { does: 'wait' | 'loseWatchers' | 'arrive' }>, one: MemberNode): void {
    switch (step.does) {
      case 'start':
        return;
      case 'kill':
        return this.#end(step.node, one);
      case 'pause':
        return one.pause();
      case 'resume':
        return one.resume();
      case 'fallBehind':
        return one.link.fallBehind();
      case 'catchUp':
        return one.link.catchUp();
      case 'announce':
        return void one.membership.announceLeaving();
      case 'leave':
        return void one.membership.leave({ handedOverAt: one.roster.revision }).then(() => this.#end(step.node, one));
      case 'link':
        return one.link.become(step.state);
      case 'decide':
        return this.#decide(one, textOf(step.instance));
      case 'judge':
        this.#decide(one, textOf(step.instance));
        return this.#write(one);
      case 'send':
        if (one.duty.isOurs(textOf(step.instance)))
          this.#sent.push(verdictOf({ by: one, text: textOf(step.instance), asOf: one.roster.revision }));
        return;
      case 'write':
        return this.#write(one);
    }
  }

  #decide(by: MemberNode, text: string): void {
    if (by.duty.isOurs(text)) this.#decided.push({ by, text, asOf: by.roster.revision });
  }

  #write(one: MemberNode): void {
    const own = this.#decided.filter(({ by }) => by === one);
    this.#decided = this.#decided.filter(({ by }) => by !== one);
    for (const decision of own) one.link.store.commit(verdictOf(decision)).catch(() => undefined);
  }

  #arrive(): void {
    const sent = this.#sent;
    this.#sent = [];
    for (const commit of sent) void this.log.commit(commit);
  }
}

function textOf(instance: number): string {
  return `default/web/${instance}`;
}

function verdictOf({ by, text, asOf }: Decision): Commit {
  const value = fromText(by.roster.self?.name ?? '?');
  return { when: by.fences.at(asOf), then: [{ type: 'put', key: fromText(`/verdicts/${text}`), value }] };
}

interface Said {
  readonly revision: number;
  readonly by: string;
}

/** Two verdicts of different nodes on the same instance, and nothing changed among the nodes in between. */
function contradictions(history: readonly RevisionBatch[]): readonly string[] {
  const found: string[] = [];
  const latest = new Map<string, Said>();
  for (const { revision, changes } of history) {
    for (const change of changes) {
      const key = toText(keyOf(change));
      // Whoever judged before judged another cluster.
      if (key.startsWith('/rollcall/nodes/')) latest.clear();
      if (!key.startsWith('/verdicts/') || change.type !== 'put') continue;
      const by = toText(change.entry.value);
      const before = latest.get(key);
      if (before !== undefined && before.by !== by) found.push(`${key}: ${before.by} at ${before.revision}, ${by} at ${revision}`);
      latest.set(key, { revision, by });
    }
  }
  return found;
}

describe('whatever happens to a cluster', () => {
  it('two nodes judge the same instance only if the nodes changed in between', { timeout: 60_000 }, async () => {
    let verdicts = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 80 }), async (steps) => {
        const cluster = new TroubledCluster();
        await cluster.begin();
        for (const step of steps) await cluster.take(step);
        await cluster.settle();
        expect(contradictions(cluster.history)).toEqual([]);
        verdicts += cluster.history.filter(({ changes }) => changes.some((one) => toText(keyOf(one)).startsWith('/verdicts/'))).length;
      }),
      { numRuns: 300 },
    );
    expect(verdicts).toBeGreaterThan(50);
  });

  it(
    'all who are alive and do not leave are members when the trouble is over, each with one life, and may judge',
    {
      timeout: 60_000,
    },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 80 }), async (steps) => {
          const cluster = new TroubledCluster();
          await cluster.begin();
          for (const step of steps) await cluster.take(step);
          await cluster.settle();
          const members = cluster.alive.filter(({ membership }) => membership.isMember);
          const staying = cluster.alive.filter(({ membership }) => membership.standing !== 'leaving' && membership.standing !== 'gone');
          expect(staying.filter(({ membership }) => !membership.isMember)).toEqual([]);
          expect(staying.filter(({ fences }) => !fences.canHold)).toEqual([]);
          expect(cluster.log.leaseCount).toBe(members.length);
          for (const { roster } of staying) expect(roster.nodes.length).toBe(members.length);
        }),
        { numRuns: 300 },
      );
    },
  );
});
