import { MachineName, type Host } from '@rollcall/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agents, instanceIdOn, type AgentMode } from './agents.js';

const own = { name: 'registry-1' as MachineName, address: '192.168.0.1' as Host };
const agentOf = (from: string, mode: AgentMode = 'per-source'): string => new Agents({ mode, own }).of({ from }).name;

describe('an agent', () => {
  it.each([
    ['127.0.0.1', 'registry-1'],
    ['127.1.2.3', 'registry-1'],
    ['::1', 'registry-1'],
    ['::ffff:127.0.0.1', 'registry-1'],
    ['', 'registry-1'],
    ['10.0.0.7', '10.0.0.7'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['fd00::7', 'fd00::7'],
    ['fe80::7%eth0', 'fe80::7'],
  ])('of a caller from %s is %s', (from, name) => {
    expect(agentOf(from)).toBe(name);
    expect(agentOf(from, 'single')).toBe('registry-1');
  });
});

describe('what an instance is called', () => {
  it('says its id, and where', () => {
    expect(instanceIdOn('10.0.0.7' as MachineName, 'web')).toBe('web@10.0.0.7');
    expect(instanceIdOn('a@b%c' as MachineName, 'web@x')).toBe('web@x@a%40b%25c');
    expect(instanceIdOn('x' as MachineName, 'w'.repeat(256))).toBeUndefined();
  });

  it('is the same only for the same id on the same node', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '@', '%', '4', '0'), minLength: 1, maxLength: 6 });
    const pair = fc.tuple(text, text);
    fc.assert(
      fc.property(pair, pair, ([id, node], [otherId, otherNode]) => {
        const same = instanceIdOn(node as MachineName, id) === instanceIdOn(otherNode as MachineName, otherId);
        expect(same).toBe(id === otherId && node === otherNode);
      }),
    );
  });
});
