/** The limits of the door, on real sockets: each with its answer. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { noMeter, openAccess, type Load, type RollcallError } from '@rollcall/core';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpFace, HttpRoute } from '../../shared/http-face.js';
import { systemClock } from '../../shared/system-clock.js';
import { HttpDoor, type HttpDoorOptions } from './door.js';
import { connectTo, inject } from './in-memory.fixture.js';

const done = { status: 200, headers: [], body: 'done' };

function faceOf(...routes: readonly HttpRoute[]): HttpFace {
  return {
    name: 'test',
    prefix: '',
    routes,
    failed: (error) => ({ status: 400, headers: [], body: (error as RollcallError).code }),
  };
}

const echo: HttpRoute = { method: 'PUT', path: '/echo', right: 'none', lane: 'register', handle: ({ body }) => ({ ...done, body }) };
const look: HttpRoute = { method: 'GET', path: '/look', right: 'none', handle: () => done };
const live: HttpRoute = { method: 'GET', path: '/live', right: 'none', lane: null, handle: () => done };

let load: Load = { loopDelayMs: 0, commitsWaiting: 0 };
const doors: HttpDoor[] = [];

function doorOf(options: Partial<HttpDoorOptions> = {}): HttpDoor {
  const door = new HttpDoor({
    access: openAccess,
    faces: [faceOf(echo, look, live)],
    bind: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    connectionsMax: 100,
    load: () => load,
    clock: new SimulatedClock(),
    random: new SeededRandom(1),
    meter: noMeter,
    ...options,
  });
  doors.push(door);
  return door;
}

afterEach(async () => {
  load = { loopDelayMs: 0, commitsWaiting: 0 };
  for (const door of doors.splice(0)) await door.close();
});

async function socketTo(door: HttpDoor): Promise<Socket> {
  const [host, port] = door.address.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  return socket;
}

/** What comes until the other side closes. */
async function heard(socket: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const piece of socket.setEncoding('utf8')) text += piece as string;
  return text;
}

const get = (path: string, extra = ''): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${extra}\r\n`;

describe('connections', () => {
  it('beyond the limit are told so, and closed; the others do not notice', async () => {
    const door = doorOf({ connectionsMax: 1 });
    await door.start();
    const first = await socketTo(door);
    const second = await socketTo(door);
    second.write(get('/look'));
    expect(await heard(second)).toMatch(/^HTTP\/1\.1 400 [^]*connection: close[^]*overloaded$/i);
    first.write(get('/look', 'connection: close\r\n'));
    expect(await heard(first)).toMatch(/^HTTP\/1\.1 200 /);
    const third = await socketTo(door);
    third.write(get('/look', 'connection: close\r\n'));
    expect(await heard(third)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('what is no request', () => {
  it.each([
    ['nonsense', 'hello\r\n\r\n', 'invalid-request'],
    ['a head without an end', `${get('/look').slice(0, -2)}x: ${'x'.repeat(20_000)}\r\n\r\n`, 'head-too-large'],
    ['two lengths', 'PUT /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na', 'invalid-request'],
    ['a piece of no size', 'PUT /echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'invalid-request'],
    ['no host', 'GET /look HTTP/1.1\r\nconnection: close\r\n\r\n', 'invalid-request'],
    ['two hosts', 'GET /look HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n', 'invalid-request'],
    [
      'a length and pieces',
      'PUT /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'invalid-request',
    ],
  ])('%s', async (_what, sent, code) => {
    const connection = connectTo(doorOf());
    connection.write(sent);
    expect(await heard(connection)).toMatch(new RegExp(`^HTTP/1\\.1 400 [^]*connection: close[^]*\r\n\r\n${code}$`, 'i'));
  });
});

it('who speaks HTTP/1.0 need not name a host', async () => {
  const connection = connectTo(doorOf());
  connection.write('GET /look HTTP/1.0\r\n\r\n');
  expect(await heard(connection)).toMatch(/^HTTP\/1\.1 200 /);
});

it('whatever is expected, an answer is given', async () => {
  const connection = connectTo(doorOf());
  connection.write(get('/look', 'expect: a miracle\r\nconnection: close\r\n'));
  expect(await heard(connection)).toMatch(/^HTTP\/1\.1 200 /);
});

it('who does not let go of what was no request is let go of', async () => {
  const door = doorOf({ patience: { headMs: 50, requestMs: 50, idleMs: 50, lookMs: 10 }, clock: systemClock });
  await door.start();
  const [host, port] = door.address.split(':');
  for (const sent of ['', 'GET /look HTTP/1.1\r\nhost: local', 'hello\r\n\r\n']) {
    const socket = connect({ port: Number(port), host: String(host), allowHalfOpen: true });
    await once(socket, 'connect');
    socket.on('error', () => undefined).resume();
    if (sent !== '') socket.write(sent);
    await once(socket, 'end');
    // Only a connection that is gone answers so.
    while (!socket.destroyed) {
      socket.write('x');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});

describe('a body', () => {
  it('that says that it is too large is not waited for', async () => {
    const connection = connectTo(doorOf());
    connection.write('PUT /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 999999999\r\n\r\n');
    expect(await heard(connection)).toMatch(/connection: close[^]*payload-too-large$/i);
  });

  it('that is too large, but not by much, is heard out', async () => {
    const connection = connectTo(doorOf());
    const answered = heard(connection);
    connection.write(`PUT /echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${2 * 1024 * 1024}\r\n\r\n`);
    connection.write('x'.repeat(2 * 1024 * 1024 - 1));
    connection.write('x');
    expect(await answered).toMatch(/payload-too-large$/i);
  });

  it('that grows far too large is not read to its end', async () => {
    const connection = connectTo(doorOf());
    connection.write('PUT /echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n');
    const piece = 'x'.repeat(64 * 1024);
    const answered = heard(connection);
    for (let sent = 0; sent < 100 && connection.writable; sent++) connection.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    expect(await answered).toMatch(/connection: close[^]*payload-too-large$/i);
  });

  it('of a size that is allowed comes through', async () => {
    const payload = 'x'.repeat(1024 * 1024);
    expect(await inject(doorOf(), { method: 'PUT', url: '/echo', payload })).toMatchObject({ statusCode: 200, body: payload });
  });
});

describe('who sends too slowly', () => {
  const patience = { headMs: 50, requestMs: 50, idleMs: 50, lookMs: 10 };

  it.each([
    ['a head', 'GET /look HTTP/1.1\r\nhost: local', /connection: close[^]*request-timeout$/i],
    ['a body', 'PUT /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\na', /connection: close[^]*request-timeout$/i],
  ])('%s is told so', async (_what, sent, told) => {
    const door = doorOf({ patience, clock: systemClock });
    await door.start();
    const socket = await socketTo(door);
    socket.write(sent);
    expect(await heard(socket)).toMatch(told);
  });
});

describe('under load', () => {
  it('what matters less is sent away first, and what costs nothing is always answered', async () => {
    const door = doorOf();
    load = { loopDelayMs: 1000, commitsWaiting: 0 };
    expect((await inject(door, { url: '/look' })).body).toBe('overloaded');
    expect((await inject(door, { url: '/live' })).body).toBe('done');
    load = { loopDelayMs: 700, commitsWaiting: 0 };
    expect((await inject(door, { method: 'PUT', url: '/echo', payload: 'a' })).body).toBe('a');
    load = { loopDelayMs: 0, commitsWaiting: 100_000 };
    expect((await inject(door, { method: 'PUT', url: '/echo', payload: 'a' })).body).toBe('overloaded');
    expect((await inject(door, { url: '/look' })).body).toBe('done');
  });

  it('a connection goes on after a refusal', async () => {
    load = { loopDelayMs: 10_000, commitsWaiting: 0 };
    const connection = connectTo(doorOf());
    connection.write('PUT /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\na');
    connection.write(get('/live', 'connection: close\r\n'));
    expect(await heard(connection)).toMatch(/overloaded[^]*HTTP\/1\.1 200 [^]*done$/);
  });
});

describe('pages of other origins', () => {
  const evil = { 'origin': 'https://evil.example', 'sec-fetch-site': 'cross-site' };

  it('are answered nothing', async () => {
    const door = doorOf();
    for (const method of ['GET', 'PUT', 'OPTIONS']) {
      const { body, headers } = await inject(door, { method, url: '/echo', headers: evil });
      expect(body).toBe('origin-not-allowed');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('are answered if they were named', async () => {
    const door = doorOf({ corsOrigins: ['https://evil.example'] });
    expect(await inject(door, { method: 'PUT', url: '/echo', headers: evil, payload: 'a' })).toMatchObject({
      body: 'a',
      headers: { 'access-control-allow-origin': 'https://evil.example', 'vary': 'origin' },
    });
    const asked = { method: 'OPTIONS', url: '/echo', headers: { ...evil, 'access-control-request-method': 'PUT' } };
    expect(await inject(door, asked)).toMatchObject({ statusCode: 204, headers: { 'access-control-max-age': '600' } });
  });
});
