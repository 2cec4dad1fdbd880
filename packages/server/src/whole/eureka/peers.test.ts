/** Two registries, each with a log of its own, that are each other's Eureka servers. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Namespace } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { certificatesIn } from '../../../../../test/support/certificates.js';
import { freePorts } from '../../../../../test/support/free-ports.js';
import { World, type Side } from './peers.fixture.js';
import { peerAddressKind, type PeerAddress } from '../../faces/eureka/outward/peer-address.js';
import type { ServeOptions } from '../../options/options.js';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.close());

async function pair(options: Partial<ServeOptions> = {}): Promise<readonly [Side, Side]> {
  const [one = 0, other = 0] = await freePorts(2);
  const made = [
    world.side(one, 1, { eurekaPeers: [peerAt(other)], ...options }),
    world.side(other, 2, { eurekaPeers: [peerAt(one)], ...options }),
  ];
  for (const side of made) await side.start();
  return made as unknown as readonly [Side, Side];
}

function peerAt(port: number, path = 'eureka/'): PeerAddress {
  return peerAddressKind.parse(`http://127.0.0.1:${port}/${path}`) as PeerAddress;
}

async function bothShow([one, other]: readonly [Side, Side], statuses: string): Promise<void> {
  await world.until(async () => (await one.statuses()) === statuses && (await other.statuses()) === statuses);
}

describe('two registries that are each other’s servers', () => {
  it('know the same, and forget the same', async () => {
    const both = await pair();
    const [one, other] = both;
    await one.register('a');
    await other.register('b');
    await one.ask('POST', '/register', { service: 'plain', id: 'p', host: '10.0.0.5', port: 9000, ttl: 'none' });
    await bothShow(both, 'a=UP b=UP p=UP');
    await one.ask('PUT', '/eureka/apps/ORDERS/b/status?value=OUT_OF_SERVICE');
    await other.ask('PUT', '/eureka/apps/ORDERS/a/status?value=DOWN');
    await other.ask('PUT', '/eureka/apps/PLAIN/p/status?value=OUT_OF_SERVICE');
    await bothShow(both, 'a=DOWN b=OUT_OF_SERVICE p=OUT_OF_SERVICE');
    await one.ask('DELETE', '/eureka/apps/ORDERS/b/status?value=UP');
    await one.ask('DELETE', '/eureka/apps/ORDERS/a/status?value=UP');
    await one.ask('PUT', '/instances/p/mode', { mode: 'in' });
    await bothShow(both, 'a=UP b=UP p=UP');
    await other.ask('DELETE', '/eureka/apps/ORDERS/a');
    await one.ask('DELETE', '/eureka/apps/ORDERS/b');
    await one.ask('DELETE', '/instances/p');
    await bothShow(both, '');
  });

  it('keep each other’s by the heartbeats of one of them, whichever that is, and let go who beats nowhere', async () => {
    const both = await pair();
    const [one, other] = both;
    await one.register('a');
    await one.register('dead');
    await bothShow(both, 'a=UP dead=UP');
    for (const side of [one, one, one, one, one, one, one, one, other, other, other, other, one, other, one, other]) {
      expect(await side.beat('a')).toBe(200);
      for (let second = 0; second < 30; second++) await world.passed(1000);
    }
    await bothShow(both, 'a=UP');
    // Nobody vouches for it to himself by way of the other.
    await world.until(async () => (await one.statuses()) === '' && (await other.statuses()) === '', 2000);
  });

  it('know of a crash a third of a lease later than where it beat', async () => {
    const both = await pair();
    const [one, other] = both;
    await one.register('a');
    for (let second = 0; second < 60; second++) await world.passed(1000);
    expect(await one.beat('a')).toBe(200);
    for (let second = 0; second < 91; second++) await world.passed(1000);
    expect([await one.statuses(), await other.statuses()]).toEqual(['a=DOWN', 'a=UP']);
    for (let second = 0; second < 33; second++) await world.passed(1000);
    expect(await other.statuses()).toBe('a=DOWN');
    // And is there again as soon as it beats.
    expect(await one.beat('a')).toBe(200);
    await bothShow(both, 'a=UP');
  });

  it('begin with what the other has, and say once more what it does not know', async () => {
    const both = await pair();
    const [one, other] = both;
    await one.register('a');
    await other.register('b');
    await bothShow(both, 'a=UP b=UP');
    await other.stop();
    await one.register('c');
    await one.ask('DELETE', '/eureka/apps/ORDERS/a');
    // It has forgotten everything: its log was in memory.
    await other.start();
    expect(await other.statuses()).toContain('c=UP');
    await bothShow(both, 'b=UP c=UP');
    expect(await other.beat('b')).toBe(200);
  });

  it.each([6_000, 45_000, 20 * 60_000])(
    'forget who says goodbye to one while the other is away for %i ms, and comes back with its log',
    async (awayMs) => {
      const both = await pair({ store: 'embedded' });
      const [one, other] = both;
      await other.register('a', { leaseInfo: { durationInSecs: 3600 } });
      await other.register('b', { leaseInfo: { durationInSecs: 3600 } });
      await other.ask('POST', '/register', { service: 'plain', id: 'p', host: '10.0.0.5', port: 9000, ttl: 'none' });
      await bothShow(both, 'a=UP b=UP p=UP');
      await other.stop();
      expect(await one.beat('a')).toBe(200);
      expect((await one.ask('DELETE', '/eureka/apps/ORDERS/a')).status).toBe(200);
      expect((await one.ask('DELETE', '/eureka/apps/PLAIN/p')).status).toBe(200);
      await world.passed(awayMs);
      await other.start();
      await bothShow(both, 'b=UP');
      for (let second = 0; second < 120; second++) {
        await world.passed(1000);
        expect(await one.statuses()).toBe('b=UP');
      }
      await bothShow(both, 'b=UP');
      // It comes back by itself, wherever that is.
      await other.register('a');
      await bothShow(both, 'a=UP b=UP');
    },
  );

  it('do not take from each other what was theirs in another protocol', async () => {
    const both = await pair();
    const [one] = both;
    const p = { service: 'plain', id: 'p', host: '10.0.0.5', port: 9000, ttl: '30s', tags: ['blue'] };
    await one.ask('POST', '/register', p);
    await bothShow(both, 'p=UP');
    await one.stop();
    await one.start();
    // Its heartbeats would keep half of it there: so it is told to say all of it.
    expect((await one.ask('PUT', '/heartbeat/p')).status).toBe(404);
    await one.ask('POST', '/register', p);
    expect((await one.ask('GET', '/instances/p')).text).toContain('"blue"');
    await bothShow(both, 'p=UP');
  });

  it('do not begin to tell each other the same for ever', async () => {
    const both = await pair();
    const [one, other] = both;
    await one.register('a');
    await bothShow(both, 'a=UP');
    await Promise.all([
      one.ask('PUT', '/eureka/apps/ORDERS/a/status?value=OUT_OF_SERVICE'),
      other.ask('PUT', '/eureka/apps/ORDERS/a/status?value=DOWN'),
    ]);
    const revisions = async (): Promise<string> => {
      const all = [one, other].map(async (side) => (await side.ask('GET', '/metrics')).text);
      return (await Promise.all(all)).flatMap((text) => text.match(/^rollcall_eureka_peer_told_total\{action="[SD].*$/gm) ?? []).join(' ');
    };
    for (let at = 0; at < 40; at++) await world.passed(100);
    const before = await revisions();
    for (let at = 0; at < 60; at++) await world.passed(250);
    expect(await revisions()).toBe(before);
  });
});

describe('a registry', () => {
  it('that is its own server finds that out, and goes on without', async () => {
    const [port = 0] = await freePorts(1);
    const side = world.side(port, 1, { eurekaPeers: [peerAt(port)] });
    await side.start();
    await side.register('a');
    await world.until(async () => (await side.ask('GET', '/eureka/')).text.includes('is this registry itself'));
    expect(await side.statuses()).toBe('a=UP');
  });

  it('starts though its server is not there, or is none; and says so where people look', async () => {
    const [port = 0, nobody = 0] = await freePorts(2);
    const side = world.side(port, 1, { eurekaPeers: [peerAt(nobody), peerAt(port, 'ui/')] });
    await side.start();
    expect((await side.ask('GET', '/readyz')).status).toBe(200);
    await side.register('a');
    await world.until(async () => (await side.ask('GET', '/eureka/')).text.split('has not heard').length === 3);
    const status = (await side.ask('GET', '/eureka/status')).text;
    expect(status).toContain(`"unavailable-replicas":"http://127.0.0.1:${nobody}/eureka/,http://127.0.0.1:${port}/ui/"`);
    expect((await side.ask('GET', '/metrics')).text).toContain('rollcall_eureka_peer_silent 2');
    expect(JSON.parse((await side.ask('GET', '/status')).text)).toMatchObject({
      eurekaPeers: [
        { state: 'silent', waiting: 1, reason: expect.stringContaining('ECONNREFUSED') as unknown },
        { state: 'silent', waiting: 1, reason: expect.stringContaining('it answers 40') as unknown },
      ],
    });
  });

  it('asks again for what a server has, until it is told', async () => {
    const list = { applications: { application: { name: 'ORDERS', instance: { ...their, instanceId: 'theirs' } } } };
    let asked = 0;
    const port = await answering((path) => {
      if (path.endsWith('/batch/')) return [200, { responseList: [{ statusCode: 200 }] }];
      return asked++ < 3 ? [403, {}] : [200, list];
    });
    const [own = 0] = await freePorts(1);
    const side = world.side(own, 1, { eurekaPeers: [peerAt(port)] });
    await side.start();
    await side.register('ours', { leaseInfo: { durationInSecs: 900 } });
    await world.until(async () => (await side.statuses()) === 'ours=UP theirs=UP', 1000);
    expect(asked).toBe(4);
  });

  it('understands what a server compresses', async () => {
    const [port = 0] = await freePorts(1);
    const side = world.side(port, 1, {});
    await side.start();
    const item = { action: 'Register', appName: 'ORDERS', id: 'a', instanceInfo: { ...their, instanceId: 'a' } };
    const send = async (body: Buffer): Promise<string> => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'accept': 'application/json' };
      const answer = await fetch(`http://127.0.0.1:${port}/eureka/peerreplication/batch/`, {
        method: 'POST',
        headers,
        body: new Uint8Array(body),
      });
      return `${answer.status} ${await answer.text()}`;
    };
    expect(await send(gzipSync(JSON.stringify({ replicationList: [item] })))).toBe('200 {"responseList":[{"statusCode":200}]}');
    expect(await side.statuses()).toBe('a=UP');
    expect(await send(Buffer.from('{}'))).toContain('400 cannot unpack request body');
    expect(await send(gzipSync(Buffer.alloc(20 * 1024 * 1024)))).toContain('400 cannot unpack request body');
  });

  it('tells a server behind TLS who it is, and believes no other authority', async () => {
    const [open = 0, doubting = 0, safe = 0] = await freePorts(3);
    const make = certificatesIn(world.directory);
    make.selfSigned('ca', '/CN=The house');
    await make.signed('server', '/CN=server', 'IP:127.0.0.1');
    const inside = (name: string): string => join(world.directory, name);
    const token = 'a-token-that-is-long-enough';
    const tokens = `tokens:\n  - name: peer\n    token: ${token}\n    namespaces: default\n    read: '*'\n    write: '*'\n`;
    await writeFile(inside('tokens.yaml'), tokens, { mode: 0o600 });
    const tls = { tlsCert: inside('server.crt'), tlsKey: inside('server.key'), tokenFile: inside('tokens.yaml') };
    await world.side(safe, 2, tls).start();
    const eurekaPeers = [peerAddressKind.parse(`https://default:${token}@127.0.0.1:${safe}/eureka/`) as PeerAddress];
    const side = world.side(open, 1, { eurekaPeers, eurekaPeerCa: inside('ca.crt') });
    await side.start();
    await side.register('a');
    const page = async (one: Side): Promise<string> => (await one.ask('GET', '/eureka/')).text;
    await world.until(async () => (await page(side)).includes('hears; last told'));
    expect(await page(side)).not.toContain(token);
    const other = world.side(doubting, 3, { eurekaPeers });
    await other.start();
    await other.register('a');
    await world.until(async () => (await page(other)).includes('certificate'));
  });

  it('tells a server one namespace', async () => {
    const [one = 0, other = 0] = await freePorts(2);
    const teamA = Namespace.parse('team-a') as Namespace;
    const side = world.side(one, 1, { eurekaPeers: [{ ...peerAt(other, 'eureka-team-b/'), namespace: teamA }] });
    const told = world.side(other, 2, {});
    await told.start();
    await side.start();
    await side.register('elsewhere');
    const instance = { app: 'ORDERS', hostName: 'h', ipAddr: '10.0.0.1', dataCenterInfo: { name: 'MyOwn' } };
    await side.ask('POST', '/eureka-team-a/apps/ORDERS', { instance: { ...instance, instanceId: 'a' } });
    await world.until(async () => (await told.statuses('/eureka-team-b')) === 'a=UP');
    expect(await told.statuses()).toBe('');
  });
});

const their = { app: 'ORDERS', hostName: 'h', ipAddr: '10.0.0.1', dataCenterInfo: { name: 'MyOwn' } };

/** A server that is none, at the port that is answered. */
async function answering(answer: (path: string) => readonly [status: number, json: object]): Promise<number> {
  const server = createServer((request, response) => {
    const [status, json] = answer(request.url ?? '');
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { readonly port: number }).port;
}
