/** One connection of the quick reader: who goes when, who waits for whom, and who is not waited for. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { frameOf } from '../../../shared/frame.js';
import type { HttpAnswer } from '../../../shared/http-face.js';
import type { HttpDoor } from '../door.js';
import { connectTo } from '../in-memory.fixture.js';
import { Held } from './held-answers.fixture.js';
import { recordingDoor, turns, type Recording } from './recording-door.fixture.js';

let held = new Held();
const opened: Recording[] = [];

function open(): Recording {
  held = new Held();
  const recording = recordingDoor({}, held.routes);
  opened.push(recording);
  return recording;
}

afterEach(async () => {
  for (const { door } of opened.splice(0)) await door.close();
});

const get = (path: string, ...headers: readonly string[]): string =>
  [`GET ${path} HTTP/1.1`, 'host: localhost', ...headers, '', ''].join('\r\n');
const put = (bytes: number): string => `PUT /put HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${bytes}\r\n\r\n`;
const done: HttpAnswer = { status: 200, headers: [], body: 'done\n' };

/** Hears all that comes. */
function client(door: HttpDoor): { readonly socket: Duplex; text(): string } {
  const socket = connectTo(door);
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1'))).on('error', () => undefined);
  return { socket, text: () => text.replaceAll(/^[A-Za-z-]+:.*\r\n/gm, '') };
}

async function socketTo(door: HttpDoor): Promise<Socket> {
  await door.start();
  const socket = connect({ port: Number(door.address.split(':')[1]), host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** Somebody waits for an answer. */
async function asked(): Promise<void> {
  while (held.waiting.length === 0) await turns(1);
}

async function heard(socket: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const piece of socket.setEncoding('latin1')) text += piece as string;
  return text;
}

describe('requests that come before the answer', () => {
  it('are answered in their order, and begun one after the other', async () => {
    const { door, seen } = open();
    const { socket, text } = client(door);
    socket.write(get('/later') + get('/a') + get('/later') + get('/b'));
    await turns(3);
    expect([held.waiting.length, seen.length, text()]).toEqual([1, 0, '']);
    held.waiting[0]?.(done);
    await turns(3);
    expect([held.waiting.length, seen.length, text()]).toEqual([2, 1, 'HTTP/1.1 200 OK\r\n\r\ndone\nHTTP/1.1 200 OK\r\n\r\nGET /a \n']);
    held.waiting[1]?.(done);
    await turns(3);
    expect(text()).toMatch(/GET \/a \nHTTP\/1\.1 200 OK\r\n\r\ndone\nHTTP\/1\.1 200 OK\r\n\r\nGET \/b \n$/);
  });

  it('are not read while answers are not taken', async () => {
    const { door } = open();
    const socket = connectTo(door);
    let asked = 0;
    while (socket.write(get('/large')) && asked++ < 100) await turns(1);
    await turns(20);
    // Nobody has read anything: one answer is on its way, and nothing more was made.
    expect(socket.readableLength).toBeLessThan(2 * 1024 * 1024);
    const text = heard(socket);
    socket.write(get('/end', 'connection: close'));
    expect((await text).match(/GET \/end/g)).toHaveLength(1);
  });

  it('are not answered behind the last one', async () => {
    const { door, seen } = open();
    const { socket, text } = client(door);
    socket.write(get('/a', 'connection: close') + get('/b'));
    await turns(3);
    expect([seen.length, text().match(/HTTP/g)?.length]).toEqual([1, 1]);
  });
});

describe('who says no more', () => {
  it.each(['/soon', '/a'])('is answered: %s', async (path) => {
    const { door } = open();
    const socket = await socketTo(door);
    socket.end(get(path));
    const text = heard(socket);
    if (path === '/soon') await asked();
    held.waiting[0]?.(done);
    expect(await text).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('is answered all that was asked before', async () => {
    const { door } = open();
    const socket = await socketTo(door);
    socket.end(get('/soon') + get('/a') + get('/b'));
    await asked();
    held.waiting[0]?.(done);
    expect((await heard(socket)).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  });

  it('has left, if it waits for news', async () => {
    const { door } = open();
    const socket = await socketTo(door);
    socket.end(get('/later'));
    expect(await heard(socket)).toBe('');
    while (held.cancelled === 0) await turns(1);
    held.waiting[0]?.(done);
    expect(held.cancelled).toBe(1);
  });

  it('has left, if it follows a stream', async () => {
    const { door } = open();
    const socket = await socketTo(door);
    socket.end(get('/stream'));
    expect(await heard(socket)).toMatch(/transfer-encoding: chunked/i);
    while (held.closed === 0) await turns(1);
  });

  it('in the middle of a body is told so', async () => {
    const { door, seen } = open();
    const socket = await socketTo(door);
    socket.end(`${put(5)}abc`);
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 400 [^]*connection: close[^]*Invalid EOF state/i);
    expect(seen).toEqual([]);
  });
});

describe('who goes away', () => {
  it('does not wait any more', async () => {
    const { door } = open();
    const { socket } = client(door);
    socket.write(get('/later'));
    await turns(2);
    socket.destroy();
    await turns(3);
    expect(held.cancelled).toBe(1);
    held.waiting[0]?.(done);
  });

  it.each(['a head', 'a body'])('in the middle of %s leaves nothing behind', async (what) => {
    const { door, seen } = open();
    const socket = await socketTo(door);
    socket.write(what === 'a head' ? 'GET /a HT' : `${put(5)}abc`);
    await turns(5);
    socket.resetAndDestroy();
    await turns(5);
    expect(seen).toEqual([]);
  });

  it('from a stream ends it', async () => {
    const { door } = open();
    const { socket } = client(door);
    socket.write(get('/stream'));
    await turns(2);
    socket.destroy();
    await turns(3);
    expect(held.closed).toBe(1);
    held.outlets[0]?.write(frameOf(['late']));
  });
});

describe('who takes too long', () => {
  const headMs = 10_000;
  const [requestMs, idleMs] = [30_000, 72_000];

  function openLooking(): Recording {
    const recording = open();
    recording.door.startBehind();
    return recording;
  }

  it('to ask for the first time is told so', async () => {
    const { door, clock } = openLooking();
    const { socket, text } = client(door);
    await clock.advance(headMs - 1);
    expect(socket.readableEnded).toBe(false);
    await clock.advance(4000);
    expect(text()).toMatch(/^HTTP\/1\.1 400 [^]*request-timeout/);
    expect(socket.closed || socket.readableEnded).toBe(true);
  });

  it('to ask again is let go of', async () => {
    const { door, clock } = openLooking();
    const { socket, text } = client(door);
    socket.write(get('/a'));
    await clock.advance(idleMs - 4000);
    expect(socket.closed).toBe(false);
    await clock.advance(8000);
    expect([socket.closed, text().match(/HTTP/g)?.length]).toEqual([true, 1]);
  });

  it('to send a body is told so', async () => {
    const { door, clock, seen } = openLooking();
    const { socket, text } = client(door);
    socket.write(`${put(5)}abc`);
    await clock.advance(requestMs - 1);
    expect(text()).toBe('');
    await clock.advance(4000);
    expect(text()).toMatch(/^HTTP\/1\.1 400 [^]*request-timeout/);
    expect([seen, socket.writable && !socket.readableEnded]).toEqual([[], false]);
  });

  it('to send a body that nobody wants is let go of', async () => {
    const { door, clock } = openLooking();
    const { socket, text } = client(door);
    socket.write(put(5).replace('PUT', 'OPTIONS'));
    await clock.advance(requestMs + 4000);
    expect([text().includes('request-timeout'), socket.readableEnded]).toEqual([true, true]);
  });

  it('is none who takes long to hear', async () => {
    const { door, clock } = openLooking();
    const socket = connectTo(door);
    socket.write(get('/large'));
    await clock.advance(3_600_000);
    const text = heard(socket);
    await turns(20);
    await clock.advance(4000);
    socket.write(get('/a', 'connection: close'));
    expect(await text).toMatch(/GET \/a \n$/);
  });

  it('is none who waits for us', async () => {
    const { door, clock } = openLooking();
    const { socket, text } = client(door);
    const { socket: watching } = client(door);
    socket.write(get('/later'));
    watching.write(get('/stream'));
    await clock.advance(3_600_000);
    held.waiting[0]?.(done);
    await turns(3);
    expect([text(), watching.closed]).toEqual(['HTTP/1.1 200 OK\r\n\r\ndone\n', false]);
  });
});

describe('an end', () => {
  it('lets go at once of who asks nothing, finishes what was asked, and says that it was the last', async () => {
    const { door } = open();
    const [fresh, idle, busy] = [client(door), client(door), client(door)];
    idle.socket.write(get('/a'));
    busy.socket.write(get('/soon'));
    await turns(3);
    await door.close();
    await turns(3);
    expect([fresh.socket.closed, idle.socket.closed, busy.socket.closed]).toEqual([true, true, false]);
    held.waiting[0]?.(done);
    const answered = await heard(busy.socket);
    expect(answered === '' ? busy.text() : answered).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(busy.socket.readableEnded).toBe(true);
  });

  it('does not cut off what was answered and is not taken yet', async () => {
    const { door } = open();
    const socket = connectTo(door);
    socket.write(get('/large'));
    await turns(3);
    await door.close();
    expect((await heard(socket)).length).toBeGreaterThan(1024 * 1024);
  });

  it('is waited for, and in the end is not', async () => {
    const { door, clock } = open();
    const socket = await socketTo(door);
    socket.write(get('/soon'));
    await asked();
    const closed = door.close();
    await clock.advance(5000);
    await closed;
    expect(await heard(socket)).toBe('');
  });
});

describe('an answer', () => {
  it('that goes on is in chunks, and ends with its connection', async () => {
    const { door } = open();
    const { socket, text } = client(door);
    socket.write(get('/stream'));
    await turns(2);
    const [outlet] = held.outlets;
    outlet?.write(frameOf(['abc']));
    outlet?.end();
    await turns(3);
    outlet?.write(frameOf(['late']));
    expect([text(), socket.readableEnded]).toEqual(['HTTP/1.1 200 OK\r\n\r\n3\r\nabc\r\n0\r\n\r\n', true]);
  });

  it('that cannot be sent is a fault, and splits nothing', async () => {
    const { door } = open();
    const { socket, text } = client(door);
    socket.write(get('/unsendable'));
    await turns(3);
    expect(text()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n\r\nundefined: "x": this header cannot be sent\.$/);
  });
});
