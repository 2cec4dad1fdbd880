/** Asking through the log: two nodes at one log, and nothing between them but that. */
import { SimulatedClock } from '@rollcall/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RollcallError } from '../errors.js';
import type { AttendantName } from '../ports/colleagues.js';
import type { Log } from '../ports/log.js';
import type { Commit, LeaseId, Operation } from '../ports/store.js';
import { PlainLog } from '../registrar/plain-log.fixture.js';
import { toText } from '../store/bytes.js';
import { allKeys } from '../store/key-range.js';
import { decodeLetter, encodeLetter, type Letter } from './letter.js';
import { LETTER_WITHIN_MS, Letters } from './letters.js';
import { NodeName } from './node-name.js';
import type { LiveNode } from './roster-view.js';

const LEASE = 5n;
const named = (text: string): AttendantName => text as AttendantName;
const live = (name: string, createRevision: number): LiveNode => ({
  name: NodeName.parse(name) as NodeName,
  createRevision,
  peer: null,
  leaving: false,
});

let log: PlainLog;
let clock: SimulatedClock;
let written: string[];
let letters: Letters[];
beforeEach(() => {
  log = new PlainLog();
  log.hasLease = (id) => id === LEASE;
  clock = new SimulatedClock();
  written = [];
  letters = [];
  log.beforeCommit = ({ then }: Commit) => void written.push(...then.map(textOf));
});
afterEach(() => {
  for (const each of letters) each.close();
});

function textOf(operation: Operation): string {
  if (operation.type === 'put') return `put ${toText(operation.key)}`;
  return operation.type === 'delete' ? `delete ${toText(operation.range.from)}` : operation.type;
}

function node(self: LiveNode, ages: (name: AttendantName) => number | null = () => null, lease: LeaseId | null = LEASE): Letters {
  const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const own = new Letters({
    store: log.asStore,
    self: self.name,
    roster: { self },
    lease: () => lease,
    ages: (who) => who.map(ages),
    clock,
    log: silent,
  });
  letters.push(own);
  own.start();
  return own;
}

async function left(): Promise<number> {
  return (await log.range({ range: allKeys })).entries.length;
}

const [one, other] = [live('one', 2), live('o-ther-1', 3)];

describe('a letter', () => {
  it('is answered, and taken away', async () => {
    node(other, (name) => (name === 'a' ? 12.9 : null));
    expect(await node(one).ask(other, [named('a'), named('b')])).toEqual([12, null]);
    expect(written).toEqual([
      'put /rollcall/letters/o-ther-1/one-1',
      'put /rollcall/letters/o-ther-1/one-1',
      'delete /rollcall/letters/o-ther-1/one-1',
    ]);
    await clock.advance(0);
    expect(await left()).toBe(0);
  });

  it('is not written while nobody asks', async () => {
    node(one);
    node(other);
    await clock.advance(10_000);
    expect(written).toEqual([]);
  });

  it('that nobody answers is taken away too', async () => {
    const asked = node(one).ask(other, [named('a')]);
    const outcome = expect(asked).rejects.toThrow('answered no letter in time');
    await clock.advance(LETTER_WITHIN_MS);
    await outcome;
    expect(await left()).toBe(0);
  });

  it('to another life is not answered', async () => {
    node(live('o-ther-1', 9), () => 1);
    const outcome = expect(node(one).ask(other, [named('a')])).rejects.toThrow('in time');
    await clock.advance(LETTER_WITHIN_MS);
    await outcome;
  });

  it('to a node whose word does not count at present is not answered, and does it no harm', async () => {
    node(other, () => {
      throw new RollcallError('not-ready', 'This node is no member.');
    });
    const outcome = expect(node(one).ask(other, [named('a')])).rejects.toThrow('in time');
    await clock.advance(LETTER_WITHIN_MS);
    await outcome;
  });

  it('is answered again after the log was away, which says so at once where a watch is opened', async () => {
    const watch = log.watch.bind(log);
    log.watch = () => {
      throw new RollcallError('store-unavailable', 'etcd is away.');
    };
    node(other, () => 7);
    await clock.advance(5_000);
    log.watch = watch;
    await clock.advance(5_000);
    expect(await node(one).ask(other, [named('a')])).toEqual([7]);
  });

  it('that lay there before is not answered: nobody waits for it', async () => {
    const asked = node(one).ask(other, [named('a')]);
    const outcome = expect(asked).rejects.toThrow();
    await clock.advance(1);
    node(other, () => 1);
    await clock.advance(LETTER_WITHIN_MS);
    await outcome;
    expect(written.filter((text) => text.startsWith('put'))).toHaveLength(1);
  });

  it('is written by members only', async () => {
    await expect(node(one, undefined, null).ask(other, [named('a')])).rejects.toThrow('Only a member');
    await expect(node(one, undefined, 99n).ask(other, [named('a')])).rejects.toMatchObject({ code: 'lease-not-found' });
  });

  it('that could not be taken away is taken away later', async () => {
    node(other, () => 1);
    const asking = node(one);
    const { beforeCommit } = log;
    let isAway = true;
    log.beforeCommit = (commit) => {
      if (isAway && commit.then[0]?.type === 'delete') throw new Error('the log is away');
      return beforeCommit(commit);
    };
    expect(await asking.ask(other, [named('a')])).toEqual([1]);
    expect(await left()).toBe(1);
    isAway = false;
    await clock.advance(1000);
    expect(await left()).toBe(0);
  });

  it('is answered again after the history was lost', async () => {
    node(other, () => 1);
    const asking = node(one);
    await clock.advance(0);
    log.loseWatchers();
    await clock.advance(1000);
    expect(await asking.ask(other, [named('a')])).toEqual([1]);
  });
});

describe('many questions', () => {
  const many = Array.from({ length: 2500 }, (_, at) => named(`instances/default/web/${at}`));
  const numberOf = (name: AttendantName): number => Number(name.split('/').at(-1));

  it('are several letters, and one answer in order', async () => {
    node(other, numberOf);
    expect(await node(one).ask(other, many)).toEqual(many.map(numberOf));
    expect(new Set(written.filter((text) => text.startsWith('put'))).size).toBe(3);
  });

  it('at once share letters', async () => {
    node(other, numberOf);
    const asking = node(one);
    const answers = await Promise.all(many.slice(0, 100).map((name) => asking.ask(other, [name])));
    expect(answers.flat()).toEqual(many.slice(0, 100).map(numberOf));
    // Four are on their way when the fifth comes; all further ones are one.
    expect(new Set(written.filter((text) => text.startsWith('put'))).size).toBe(5);
  });

  it('more than it is meant for are refused', async () => {
    const asking = node(one);
    await expect(
      asking.ask(
        other,
        Array.from({ length: 20_001 }, () => named('a')),
      ),
    ).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('to who does not answer do not wait for each other', async () => {
    const asking = node(one);
    const outcomes = Promise.allSettled(many.map((name) => asking.ask(other, [name])));
    await clock.advance(LETTER_WITHIN_MS);
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('end when the node does', async () => {
    const asking = node(one);
    const outcomes = Promise.allSettled(many.map((name) => asking.ask(other, [name])));
    asking.close();
    await clock.advance(LETTER_WITHIN_MS);
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
    await expect(asking.ask(other, [named('a')])).rejects.toThrow();
  });
});

describe('what a letter says', () => {
  it('comes back', () => {
    const names = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 5 }) as fc.Arbitrary<AttendantName[]>;
    const letter: fc.Arbitrary<Letter> = fc.oneof(
      fc.record({ kind: fc.constant('question' as const), life: fc.nat(), who: names }),
      fc.record({ kind: fc.constant('answer' as const), ageMs: fc.array(fc.option(fc.nat())) }),
    );
    fc.assert(
      fc.property(letter, (said) => {
        expect(decodeLetter(encodeLetter(said))).toEqual(said);
      }),
    );
  });

  it.each([
    '',
    'null',
    '[]',
    '{"format":2,"kind":"question","life":1,"who":[]}',
    '{"format":1,"kind":"question","life":1,"who":[1]}',
    '{"format":1,"kind":"answer","ageMs":[-1]}',
  ])('of another kind is nothing: %s', (text) => {
    expect(decodeLetter(Uint8Array.from(text, (character) => character.charCodeAt(0)))).toBeNull();
  });
});
