import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Link } from './link.js';
import { openWayIn, ownerOf, type WayIn } from './way-in.js';

/** Long enough that what is not held back would have come; shorter, and a fault might be overlooked, but none invented. */
const A_WHILE_MS = 100;

let echo: Server;
let link: Link;
let way: WayIn;
let told: string;
let client: Socket;

beforeEach(async () => {
  told = '';
  echo = createServer(
    (socket) => void socket.on('error', () => undefined).on('data', (bytes: Buffer) => socket.write(`<${String(bytes)}>`)),
  );
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  link = new Link();
  way = await openWayIn((echo.address() as AddressInfo).port, () => link);
  client = newClient();
  await once(client, 'connect');
});
afterEach(() => {
  client.destroy();
  link.end();
  way.close();
  echo.close();
});

function newClient(): Socket {
  const socket = connect(way.port, '127.0.0.1').on('error', () => undefined);
  return socket.on('data', (bytes: Buffer) => (told += String(bytes)));
}

const closing = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

const answered = (text: string): Promise<void> => expect.poll(() => told).toBe(text);

describe('a link', () => {
  it('carries both ways', async () => {
    client.write('a');
    await answered('<a>');
  });

  it.each(['silent', 'there', 'back'] as const)('that is cut (%s) is silent, and loses nothing', async (how) => {
    client.write('a');
    await answered('<a>');
    link.cut(how);
    client.write('b');
    await sleep(A_WHILE_MS);
    expect(told).toBe('<a>');
    link.mend();
    await answered('<a><b>');
  });

  it('that is cut has a new connection wait', async () => {
    link.cut('silent');
    client.destroy();
    client = newClient();
    client.write('a');
    await sleep(A_WHILE_MS);
    expect(told).toBe('');
    link.mend();
    await answered('<a>');
  });

  it('that is broken off ends what is connected, and whoever comes', async () => {
    client.write('a');
    await answered('<a>');
    const gone = closing(client);
    link.cut('reset');
    await gone;
    client = newClient();
    await closing(client);
    link.mend();
    client = newClient();
    client.write('b');
    await answered('<a><b>');
  });

  it('that is slow keeps the order', async () => {
    link.delay(A_WHILE_MS);
    client.write('a');
    await sleep(A_WHILE_MS / 4);
    link.delay(A_WHILE_MS / 10);
    client.write('b');
    await expect.poll(() => told).toMatch(/^<a.*b>$/);
  });
});

describe('who is at the other end', () => {
  it('is found among processes', async () => {
    const seen: (number | null)[] = [];
    const door = await openWayIn(1, (comer) => {
      seen.push(ownerOf(comer, [1, process.pid]), ownerOf(comer, [1]));
      return null;
    });
    const comer = connect(door.port, '127.0.0.1').on('error', () => undefined);
    await closing(comer);
    door.close();
    expect(seen).toEqual([process.pid, null]);
  });
});
