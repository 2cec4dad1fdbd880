/** Two nodes over real sockets: what is handed and asked, who is reached, and what is made of silence. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { LiveNode } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attendant, eventually, nodeName, TestCluster, type TestNode } from './node.fixture.js';

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.close());

const [a, b] = [attendant('instances/default/web/a'), attendant('instances/default/web/b')];

async function two(): Promise<readonly [TestNode, TestNode]> {
  return [await cluster.node('one'), await cluster.node('two')];
}

describe('another node', () => {
  it('is handed what was heard for it, and asked what it heard', async () => {
    const [one, other] = await two();
    const peers = cluster.peersOf(one, [other.live]);
    await peers.hand(other.live.name, [{ who: a, ageMs: 12.7 }]);
    expect(other.taken).toEqual([{ who: a, ageMs: 12 }]);
    other.ages.set(b, 99.9);
    expect(await peers.ask(other.live.name, [a, b])).toEqual([null, 99]);
    expect(await peers.report(other.live.name)).toMatchObject({ node: 'two', revision: 5 });
  });

  it('looks for itself, and has no word for what it does not know', async () => {
    const [one, other] = await two();
    const peers = cluster.peersOf(one, [other.live]);
    other.found.set('default/web/a#tcp', 'bad');
    other.found.set('default/web/b#tcp', 'well');
    const keys = ['default/web/a#tcp', 'default/web/b#tcp', 'default/web/c#tcp'];
    expect(await peers.look(other.live.name, keys, 5_000)).toEqual(['bad', 'well', 'unsure']);
    await expect(peers.look(nodeName('nobody'), keys, 5_000)).rejects.toThrow(/No node called nobody/);
  });

  it('may have odd ages, and is answered about all others nevertheless', async () => {
    const [one, other] = await two();
    const peers = cluster.peersOf(one, [other.live]);
    other.ages.set(a, -0.3);
    other.ages.set(b, Infinity);
    expect(await peers.ask(other.live.name, [a, b])).toEqual([0, Number.MAX_SAFE_INTEGER]);
    await peers.hand(other.live.name, [{ who: a, ageMs: -1 }]);
    expect(other.taken).toEqual([{ who: a, ageMs: 0 }]);
  });

  it('is asked about a great many in several parts', async () => {
    const [one, other] = await two();
    const peers = cluster.peersOf(one, [other.live]);
    const many = Array.from({ length: 12_345 }, (_, at) => attendant(`instances/default/web/${at}`));
    other.ages.set(many[12_344] as typeof a, 1);
    const ages = await peers.ask(other.live.name, many);
    expect([ages.length, ages.at(-1), ages.at(-2)]).toEqual([12_345, 1, null]);
    await peers.hand(
      other.live.name,
      many.map((who) => ({ who, ageMs: 0 })),
    );
    expect(other.taken.map(({ who }) => who)).toEqual(many);
  });

  it('is reached once it has answered, without anybody having asked for anything', async () => {
    const [one, other] = await two();
    const peers = cluster.peersOf(one, [other.live]);
    expect(peers.reaches(other.live.name)).toBe(false);
    await eventually(() => expect(peers.reaches(other.live.name)).toBe(true));
    expect(peers.reaches(nodeName('nobody'))).toBe(false);
    expect(peers.reaches(one.live.name)).toBe(false);
  });

  it('whose door closes is reached no more, and again when it is back', async () => {
    const [one, other] = await two();
    const peers = cluster.peersOf(one, [other.live]);
    await eventually(() => expect(peers.reaches(other.live.name)).toBe(true));
    const { port } = other.door;
    await other.door.close();
    await eventually(async () => {
      await cluster.clock.advance(1000);
      expect(peers.reaches(other.live.name)).toBe(false);
    });
    await expect(peers.hand(other.live.name, [{ who: a, ageMs: 0 }])).rejects.toThrow('does not answer');
    const back = await cluster.node('two', { port });
    await eventually(async () => {
      await cluster.clock.advance(1000);
      expect(peers.reaches(back.live.name)).toBe(true);
    });
    expect(one.log.lines.filter((line) => line.startsWith('another node'))).toEqual([
      expect.stringContaining('does not answer'),
      expect.stringContaining('answers again'),
    ]);
  });

  it('in another life is not believed when it says "never"', async () => {
    const [one, other] = await two();
    const letters = { ask: () => Promise.reject(new Error('nobody should write to who is gone')) };
    const before: LiveNode = { ...other.live, createRevision: 6 };
    const peers = cluster.peersOf(one, [before], letters);
    await expect(peers.ask(before.name, [a])).rejects.toThrow('two@6 is meant');
    await expect(peers.hand(before.name, [{ who: a, ageMs: 0 }])).rejects.toThrow();
    other.roster.self = null;
    one.roster.write([one.live, other.live]);
    await expect(peers.ask(other.live.name, [a])).rejects.toThrow('no member');
    expect(other.taken).toEqual([]);
  });

  it('that has left, and this one itself, are nobody to ask', async () => {
    const [one, other] = await two();
    const peers = cluster.peersOf(one, [other.live]);
    one.roster.write([one.live]);
    await expect(peers.ask(other.live.name, [a])).rejects.toThrow('no node called two');
    await expect(peers.ask(one.live.name, [a])).rejects.toThrow('no peer door');
    await expect(peers.hand(other.live.name, [{ who: a, ageMs: 0 }])).rejects.toThrow('has a peer door');
    await expect(peers.report(other.live.name)).rejects.toThrow('has a peer door');
  });

  it('without a peer door is asked by letter', async () => {
    const [one, other] = await two();
    const peers = cluster.peersOf(one, [{ ...other.live, peer: null }], { ask: (_, who) => Promise.resolve(who.map(() => 5)) });
    expect(await peers.ask(other.live.name, [a, b])).toEqual([5, 5]);
  });
});

describe('who takes and says nothing', () => {
  const sockets = new Set<Socket>();
  let silent: Server;
  beforeEach(async () => {
    silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    cluster.onClose(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        silent.close(() => resolve());
      });
    });
  });
  const live = (): LiveNode => ({
    name: nodeName('mute'),
    createRevision: 3,
    peer: `127.0.0.1:${(silent.address() as AddressInfo).port}`,
    leaving: false,
  });

  it('is waited for a second, and then asked by letter; from then on at once', async () => {
    const one = await cluster.node('one');
    let letters = 0;
    const peers = cluster.peersOf(one, [live()], { ask: (_, who) => Promise.resolve(who.map(() => ++letters)) });
    const asked = peers.ask(nodeName('mute'), [a]);
    await eventually(() => expect(sockets.size).toBeGreaterThan(1));
    expect(letters).toBe(0);
    await cluster.clock.advance(1000);
    expect(await asked).toEqual([1]);
    expect(await peers.ask(nodeName('mute'), [a])).toEqual([2]);
    expect(peers.reaches(nodeName('mute'))).toBe(false);
  });

  it('fills no memory: of what waits too long the oldest is dropped', async () => {
    const one = await cluster.node('one');
    const peers = cluster.peersOf(one, [live()]);
    const batch = Array.from({ length: 5000 }, (_, at) => ({
      who: attendant(`instances/default/service-with-a-long-name/${at}`),
      ageMs: 0,
    }));
    const outcomes: string[] = [];
    for (let at = 0; at < 30; at++)
      void peers.hand(nodeName('mute'), batch).catch((error: Error) => outcomes.push(`${at} ${error.message}`));
    await eventually(() => expect(outcomes.length).toBeGreaterThan(5));
    expect(outcomes.every((outcome) => outcome.includes('more beats than'))).toBe(true);
    expect(outcomes[0]).toMatch(/^2 /);
  });

  it('ends with whoever asked', async () => {
    const one = await cluster.node('one');
    const peers = cluster.peersOf(one, [live()]);
    const asked = peers.ask(nodeName('mute'), [a]);
    peers.close();
    await expect(asked).rejects.toThrow();
  });
});
