import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { readAddressRange, type AddressRange } from '@rollcall/core';
import { decodeMessage, decodeQuery, rcodes, type DnsQuery } from '@rollcall/wire';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../shared/system-clock.js';
import { question } from './dns.fixture.js';
import type { Remembered } from './forwarded.js';
import { Forwarder, type ForwarderOptions } from './forwarder.js';
import type { Upstream } from './messages.js';
import { Tally } from './tally.js';
import { askUpstream } from './upstream.js';

const upstreams: readonly Upstream[] = [1, 2, 3].map((last) => ({ address: `192.0.2.${last}`, port: 53 }));
const asked = (name = 'example.com', id = 1): Uint8Array => question({ name, type: 'A', id, flags: 0x100 });

/** What servers say, by their addresses; an Error for one that does not answer. */
type Said = Readonly<Record<string, number | Error>>;

function forwarder(
  said: Said,
  options: Partial<ForwarderOptions> = {},
): { readonly to: Forwarder; readonly asked: string[]; readonly tally: Tally } {
  const seen: string[] = [];
  const tally = new Tally();
  const ask = async ({ address }: Upstream, bytes: Uint8Array): Promise<Remembered> => {
    seen.push(address.slice(-1));
    const answer = said[address.slice(-1)] ?? 0;
    if (typeof answer !== 'number') throw answer;
    const { questionEnd } = decodeQuery(bytes) as DnsQuery;
    return { bytes: bytes.slice(0, questionEnd).fill(0, 6, 12), ttlPlaces: [], ttlSeconds: 60, rcode: answer };
  };
  const clock = new SimulatedClock();
  const to = new Forwarder({
    upstreams,
    forwardFor: [readAddressRange('10.0.0.0/8') as AddressRange],
    clock,
    random: new SeededRandom(1),
    tally,
    ask,
    ...options,
  });
  return { to, asked: seen, tally };
}

function ask(to: Forwarder, bytes: Uint8Array = asked()): Promise<number | undefined> {
  return new Promise((resolve) => {
    const came = to.forward(bytes, { transport: 'udp', address: '10.0.0.1' }, (answer) => resolve(decodeMessage(answer)?.rcode));
    if (came !== 'later') resolve(decodeMessage(came)?.rcode);
  });
}

describe('passing questions on', () => {
  it('asks the first server, and the others where it does not answer or does not want to', async () => {
    const { to, asked: seen } = forwarder({ 1: new Error('gone'), 2: rcodes.SERVFAIL, 3: rcodes.NXDOMAIN });
    expect(await ask(to)).toBe(rcodes.NXDOMAIN);
    expect(seen).toEqual(['1', '2', '3']);
    // Who did not answer is asked last for a while.
    expect(await ask(to, asked('example.org'))).toBe(rcodes.NXDOMAIN);
    expect(seen.slice(3)).toEqual(['2', '3']);
  });

  it('says what they say where all refuse, and SERVFAIL where none answers, after a second try', async () => {
    const { to } = forwarder({ 1: rcodes.REFUSED, 2: rcodes.REFUSED, 3: rcodes.REFUSED });
    expect(await ask(to)).toBe(rcodes.REFUSED);
    const gone = new Error('gone');
    const silent = forwarder({ 1: gone, 2: gone, 3: gone });
    expect(await ask(silent.to)).toBe(rcodes.SERVFAIL);
    expect(silent.asked).toHaveLength(6);
  });

  it('asks once for all who ask the same, whatever way their question came, and remembers', async () => {
    const { to, asked: seen, tally } = forwarder({});
    const all = await Promise.all([1, 2, 3].map((id) => ask(to, asked(id === 2 ? 'EXAMPLE.com' : 'example.com', id))));
    expect(all).toEqual([0, 0, 0]);
    expect(await ask(to)).toBe(0);
    expect(seen).toEqual(['1']);
    expect(tally.report({ connections: 0, synced: true }).forwarded).toEqual([1, 3, 0]);
  });

  it('has a bound on what is under way: beyond, it fails at once', async () => {
    const never = new Promise<Remembered>(() => undefined);
    const { to } = forwarder({}, { ask: () => never });
    for (let at = 0; at < 500; at++) void ask(to, asked(`a${at}.example`));
    expect(await ask(to, asked('one.more'))).toBe(rcodes.SERVFAIL);
    to.close();
  });

  it('is for those alone who may', () => {
    const { to } = forwarder({});
    expect(['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.1', '::1', 'nonsense'].map((one) => to.serves(one))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('another server', () => {
  it('that cuts its answer over udp is asked by TCP; guesses from elsewhere and wrong answers are not heard', async () => {
    const udp = createSocket('udp4');
    const tcp = createServer((socket) => {
      socket.on('data', (bytes: Buffer) => {
        const answer = Buffer.from(bytes.subarray(2));
        answer[2] = (answer[2] ?? 0) | 0x80;
        const framed = Buffer.concat([Buffer.from([0, answer.length]), answer]);
        socket.write(framed.subarray(0, 5));
        setImmediate(() => socket.end(framed.subarray(5)));
      });
    });
    onTestFinished(() => {
      udp.close();
      tcp.close();
    });
    await new Promise<void>((listening) => tcp.listen(0, '127.0.0.1', listening));
    const { port } = tcp.address() as { port: number };
    await new Promise<void>((bound) => udp.bind(port, '127.0.0.1', bound));
    udp.on('message', (bytes, from) => {
      const guess = Buffer.from(bytes);
      guess[2] = 0x81;
      guess[0] = (guess[0] ?? 0) ^ 1;
      udp.send(guess, from.port, from.address);
      const cut = Buffer.from(bytes);
      cut[2] = 0x83;
      udp.send(cut, from.port, from.address);
    });
    expect(await askUpstream({ address: '127.0.0.1', port }, asked(), systemClock)).toMatchObject({ rcode: 0 });
  });

  it('where nobody listens is known at once, and one that says nothing after a second', async () => {
    const silent = createSocket('udp4');
    await new Promise<void>((bound) => silent.bind(0, '127.0.0.1', bound));
    const { port } = silent.address();
    const clock = new SimulatedClock();
    const waiting = askUpstream({ address: '127.0.0.1', port }, asked(), clock);
    const failed = expect(waiting).rejects.toThrow('no answer in time');
    await clock.advance(1000);
    await failed;
    silent.close();
    await vi.waitFor(() =>
      expect(askUpstream({ address: '127.0.0.1', port }, asked(), new SimulatedClock())).rejects.toThrow('ECONNREFUSED'),
    );
  });
});
