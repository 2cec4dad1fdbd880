/**
 * Where callers reach a program on this machine, when nobody says: as the registry is reached from here. One that listens on
 * loopback has its callers on this machine.
 */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../ports.js';

export interface ReachableHost {
  readonly host: string;
  /** For people. */
  readonly because: string;
}

/** Names are looked up and routes asked for on this machine; who has no answer by then has none. */
const LOOKUP_MS = 3000;
const DISCARD_PORT = 9;
const LOOPBACK = '127.0.0.1';

/** Always an answer, in bounded time. */
export async function reachableHost(registry: string, clock: Clock): Promise<ReachableHost> {
  const { hostname } = new URL(registry);
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isLoopback(name)) return { host: LOOPBACK, because: 'the registry is on this machine' };
  const host = await withoutWaitingLong(() => routeTo(name), clock);
  if (host !== null) return { host: isLoopback(host) ? LOOPBACK : host, because: `it leads to ${name}` };
  return { host: outerAddress() ?? LOOPBACK, because: `no route to ${name} is known` };
}

/** The address that packets to there would carry. A connected datagram socket is told by the system and sends none. */
async function routeTo(name: string): Promise<string> {
  const { address, family } = await lookup(name);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(DISCARD_PORT, address, resolve);
    });
    return socket.address().address;
  } finally {
    socket.close();
  }
}

function withoutWaitingLong<Value>(find: () => Promise<Value>, clock: Clock): Promise<Value | null> {
  return new Promise((resolve) => {
    const cancel = clock.after(LOOKUP_MS, () => resolve(null));
    find()
      .then(resolve, () => resolve(null))
      .finally(cancel);
  });
}

function isLoopback(host: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/.test(host) || host === '::1' || /^(?:[a-z0-9-]+\.)*localhost\.?$/i.test(host);
}

function outerAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((ones) => ones ?? []);
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}
