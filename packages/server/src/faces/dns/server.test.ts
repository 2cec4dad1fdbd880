import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Desk, type Forwarding } from './desk.js';
import { question } from './dns.fixture.js';
import { IDLE_MS_MAX } from './limits.js';
import { RateLimit } from './rate-limit.js';
import { DnsServer } from './server.js';
import { Tally } from './tally.js';

const WITHIN = { timeout: 15_000 };

interface Opened {
  readonly port: number;
  readonly tally: Tally;
  readonly clock: SimulatedClock;
  readonly server: DnsServer;
}

/** A door whose answers are their questions, said to be answers; `big` of a first byte 0xbb. */
async function open({ forwarding = null, bind = '127.0.0.1' }: { forwarding?: Forwarding | null; bind?: string } = {}): Promise<Opened> {
  const clock = new SimulatedClock();
  const tally = new Tally();
  const last = { rcode: 0, type: 1, cookie: 'none', cut: false, zone: null, outside: forwarding !== null, question: 0 } as const;
  const answer = (bytes: Uint8Array): Uint8Array | undefined => {
    if (bytes.length < 12) return undefined;
    const answered = bytes[0] === 0xbb ? new Uint8Array(60_000) : new Uint8Array(bytes);
    answered[0] = bytes[0] as number;
    answered[1] = bytes[1] as number;
    answered[2] = 0x80;
    return answered;
  };
  const desk = new Desk({ answers: { answer, last }, catchUp: () => undefined, forwarding, tally });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const limit = new RateLimit({ answersPerSecond: 0, clock });
  const server = new DnsServer({ bind, desk, limit, tally, clock, log });
  onTestFinished(() => server.close());
  return { port: await server.open(0), tally, clock, server };
}

const asked = (id: number): Buffer => Buffer.from(question({ name: 'web.service.rollcall', type: 'A', id, flags: 0x100 }));

function framed(...messages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(messages.flatMap((one) => [Buffer.from([one.length >> 8, one.length & 255]), Buffer.from(one)]));
}

class Client {
  readonly socket: Socket;
  came: Buffer = Buffer.alloc(0);
  isOver = false;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    onTestFinished(() => void this.socket.destroy());
    this.socket.on('data', (bytes) => (this.came = Buffer.concat([this.came, bytes])));
    this.socket.on('error', () => undefined);
    this.socket.on('end', () => (this.isOver = true));
    this.socket.on('close', () => (this.isOver = true));
  }

  get ids(): readonly number[] {
    const ids: number[] = [];
    for (let at = 0; at + 2 < this.came.length; at += 2 + this.came.readUInt16BE(at)) ids.push(this.came.readUInt16BE(at + 2));
    return ids;
  }
}

describe('the DNS door over TCP', () => {
  it('answers many questions on one connection, however they are cut up, and closes behind the last one', async () => {
    const { port } = await open();
    const client = new Client(port);
    const ids = Array.from({ length: 50 }, (_, at) => at + 1);
    const bytes = framed(...ids.map(asked));
    for (let at = 0; at < bytes.length; at += 7) {
      client.socket.write(bytes.subarray(at, at + 7));
      if (at % 35 === 0) await new Promise((soon) => setImmediate(soon));
    }
    client.socket.end();
    await vi.waitUntil(() => client.isOver, WITHIN);
    expect(client.ids).toEqual(ids);
  });

  it('closes what is idle, and what never finishes what it has begun', async () => {
    const { port, clock, server } = await open();
    const [silent, half, alive] = [new Client(port), new Client(port), new Client(port)];
    await vi.waitUntil(() => server.connections === 3, WITHIN);
    half.socket.write(Buffer.from([0]));
    for (let step = 0; step < 3; step++) {
      await clock.advance(IDLE_MS_MAX / 2);
      if (half.socket.writable) half.socket.write(Buffer.from([30]));
      alive.socket.write(framed(asked(step)));
      await vi.waitUntil(() => alive.ids.length === step + 1, WITHIN);
    }
    await vi.waitUntil(() => silent.isOver && half.isOver && server.connections === 1, WITHIN);
    expect(alive.isOver).toBe(false);
  });

  it('closes at once for a length that no question has', async () => {
    const { port, tally } = await open();
    for (const length of [0, 5000, 65_535]) {
      const client = new Client(port);
      client.socket.write(Buffer.from([length >> 8, length & 255, 1]));
      await vi.waitUntil(() => client.isOver, WITHIN);
    }
    expect(tally.report({ connections: 0, synced: true }).dropped[0]).toBe(3);
  });

  it('takes no more questions from who does not read the answers', async () => {
    const { port, clock, server } = await open();
    const client = new Client(port);
    await once(client.socket, 'connect');
    client.socket.pause();
    const big = asked(0xbb01);
    const many = framed(...Array.from({ length: 2000 }, () => big));
    client.socket.write(many);
    await vi.waitUntil(() => client.socket.bytesWritten === many.length || client.socket.writableLength > 0, WITHIN);
    await new Promise((soon) => setTimeout(soon, 50));
    // Nothing is finished any more on this connection: after a while it is given up.
    await clock.advance(IDLE_MS_MAX * 2);
    await vi.waitUntil(() => server.connections === 0, WITHIN);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(200e6);
  });

  it('waits for what others are asked, also for who has said everything', async () => {
    const later: (() => void)[] = [];
    const forwarding: Forwarding = {
      serves: () => true,
      forward: (bytes, _asker, answer) => (later.push(() => answer(bytes)), 'later'),
    };
    const { port, clock, server } = await open({ forwarding });
    const client = new Client(port);
    client.socket.end(framed(asked(1), asked(2)));
    await vi.waitUntil(() => later.length === 2, WITHIN);
    await clock.advance(IDLE_MS_MAX * 2);
    expect(server.connections).toBe(1);
    for (const answer of later.toReversed()) answer();
    await vi.waitUntil(() => client.isOver, WITHIN);
    expect(client.ids).toEqual([2, 1]);
  });

  it('takes nobody new while it drains, and ends those who wait for nothing', async () => {
    const { port, server } = await open();
    const client = new Client(port);
    await vi.waitUntil(() => server.connections === 1, WITHIN);
    server.drain();
    await vi.waitUntil(() => client.isOver, WITHIN);
    const late = new Client(port);
    await vi.waitUntil(() => late.isOver, WITHIN);
  });
});

describe('the DNS door over udp', () => {
  it('answers from where it was asked, at every address of this machine', async () => {
    const { port } = await open({ bind: '0.0.0.0' });
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    const answers: string[] = [];
    socket.on('message', (bytes, from) => answers.push(`${from.address}:${from.port} ${bytes.readUInt16BE(0)}`));
    socket.send(asked(7), port, '127.0.0.1');
    await vi.waitUntil(() => answers.length === 1, WITHIN);
    expect(answers).toEqual([`127.0.0.1:${port} 7`]);
  });

  it('is on the same port as TCP, and says when that is taken', async () => {
    const { port, tally } = await open();
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    socket.send(Buffer.from([1, 2, 3]), port, '127.0.0.1');
    await vi.waitUntil(() => tally.report({ connections: 0, synced: true }).dropped[0] === 1, WITHIN);
    const desk = new Desk({ answers: { answer: () => undefined, last: {} as never }, catchUp: () => undefined, forwarding: null, tally });
    const clock = new SimulatedClock();
    const limit = new RateLimit({ answersPerSecond: 0, clock });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const other = new DnsServer({ bind: '127.0.0.1', desk, limit, tally, clock, log });
    await expect(other.open(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
