import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dutyAlone, dutyHash, SharedDuty } from './duty.js';
import type { NodeName } from './node-name.js';
import type { LiveNode, RosterView } from './roster-view.js';

function node(name: string, leaving = false): LiveNode {
  return { name: name as NodeName, createRevision: 1, peer: null, leaving };
}

function rosterOf(nodes: readonly LiveNode[], self: string | null = null): RosterView {
  return { nodes, self: nodes.find(({ name }) => name === self) ?? null, revision: 1, follow: () => () => undefined };
}

function ownersIn(names: readonly string[], texts: readonly string[]): readonly (string | null)[] {
  const duty = new SharedDuty(rosterOf(names.map((name) => node(name))));
  return texts.map((text) => duty.ownerOf(text));
}

const someTexts = Array.from({ length: 20_000 }, (_, at) => `default/web-${at % 50}/web-${at}.example.com:80${at % 7}`);
const anyName = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
const anyNames = fc.uniqueArray(anyName, { minLength: 1, maxLength: 9 });
const anyText = fc.string({ minLength: 1, maxLength: 60 });

describe('duty', () => {
  it('is the same on every node, in whatever order they know each other', () => {
    const sameNames = anyNames.chain((names) =>
      fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length })),
    );
    fc.assert(
      fc.property(sameNames, fc.array(anyText, { maxLength: 20 }), ([names, shuffled], texts) => {
        expect(ownersIn(shuffled, texts)).toEqual(ownersIn(names, texts));
      }),
    );
  });

  it('is exactly one node’s', () => {
    fc.assert(
      fc.property(anyNames, anyText, (names, text) => {
        const nodes = names.map((name) => node(name));
        const having = names.filter((name) => new SharedDuty(rosterOf(nodes, name)).isOurs(text));
        expect(having).toEqual([new SharedDuty(rosterOf(nodes)).ownerOf(text)]);
      }),
    );
  });

  it('moves only from the node that goes, and to the node that comes', () => {
    fc.assert(
      fc.property(anyNames, anyName, fc.array(anyText, { maxLength: 50 }), (names, other, texts) => {
        fc.pre(!names.includes(other));
        const without = ownersIn(names, texts);
        const having = ownersIn([...names, other], texts);
        for (const [at, owner] of having.entries()) expect([without[at], other]).toContain(owner);
      }),
    );
  });

  it.each([
    ['two', ['a', 'b']],
    ['three', ['node-1', 'node-2', 'node-3']],
    ['five in a row', ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5']],
    ['nine with one letter', 'abcdefghi'.split('')],
  ])('is shared evenly among %s', (_, names) => {
    const owners = ownersIn(names, someTexts);
    const fair = someTexts.length / names.length;
    // Four standard deviations of fair throws.
    const tolerance = 4 * Math.sqrt(fair);
    for (const name of names) expect(Math.abs(owners.filter((owner) => owner === name).length - fair)).toBeLessThan(tolerance);
  });

  it('of a node that goes is shared evenly among the others', () => {
    const all = ['a', 'b', 'c', 'd', 'e'];
    const [before, after] = [ownersIn(all, someTexts), ownersIn(all.slice(1), someTexts)];
    const heirs = after.filter((_, at) => before[at] === 'a');
    for (const name of all.slice(1)) {
      const inherited = heirs.filter((heir) => heir === name).length;
      expect(Math.abs(inherited - heirs.length / 4)).toBeLessThan(4 * Math.sqrt(heirs.length / 4));
    }
  });

  it('is not a leaving node’s', () => {
    const nodes = [node('a', true), node('b')];
    expect(new SharedDuty(rosterOf(nodes)).ownerOf('default/web/1')).toBe('b');
    expect(someTexts.some((text) => new SharedDuty(rosterOf(nodes, 'a')).isOurs(text))).toBe(false);
    expect(new SharedDuty(rosterOf([node('a', true)], 'a')).ownerOf('default/web/1')).toBeNull();
  });

  it('is not a node’s that is no member, whatever its name', () => {
    const duty = new SharedDuty(rosterOf([node('a')]));
    expect([duty.isOurs('default/web/1'), duty.ownerOf('default/web/1')]).toEqual([false, 'a']);
    expect(new SharedDuty(rosterOf([])).ownerOf('default/web/1')).toBeNull();
  });

  it('follows the roster', () => {
    const roster = { ...rosterOf([node('a'), node('b')], 'a') };
    const duty = new SharedDuty(roster);
    const before = someTexts.filter((text) => duty.isOurs(text)).length;
    Object.assign(roster, rosterOf([node('a')], 'a'));
    const after = someTexts.filter((text) => duty.isOurs(text)).length;
    expect([before < someTexts.length, after]).toEqual([true, someTexts.length]);
  });

  it('alone is all of it', () => {
    const duty = dutyAlone('a' as NodeName);
    expect([duty.isOurs('default/web/1'), duty.ownerOf('default/web/1')]).toEqual([true, 'a']);
  });

  it('is by a hash that never changes: nodes of different versions have to agree', () => {
    expect(['', 'a', 'default/web/web-1', 'ünïcode'].map(dutyHash)).toMatchInlineSnapshot(`
      [
        2872998923,
        444641715,
        1509600728,
        3362576538,
      ]
    `);
    expect(ownersIn(['a', 'b', 'c'], someTexts.slice(0, 8))).toMatchInlineSnapshot(`
      [
        "b",
        "a",
        "b",
        "b",
        "b",
        "c",
        "a",
        "a",
      ]
    `);
  });
});
