import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { noMeter, openAccess, type RollcallError } from '@rollcall/core';
import { afterAll, describe, expect, it } from 'vitest';
import type { HttpFace } from '../../shared/http-face.js';
import { HttpDoor } from './door.js';
import { connectTo, inject } from './in-memory.fixture.js';

const face: HttpFace = {
  name: 'test',
  prefix: '',
  routes: ['/', '/a'].map((path) => ({
    method: 'GET',
    path,
    right: 'none',
    handle: ({ query }) => ({ status: 200, headers: [], body: `${path} ${JSON.stringify(query)}` }),
  })),
  failed: (error) => ({ status: 400, headers: [], body: (error as RollcallError).code }),
};

const door = new HttpDoor({
  access: openAccess,
  faces: [face],
  bind: '127.0.0.1',
  port: 0,
  corsOrigins: [],
  connectionsMax: 100,
  load: () => ({ loopDelayMs: 0, commitsWaiting: 0 }),
  clock: new SimulatedClock(),
  random: new SeededRandom(1),
  meter: noMeter,
});
afterAll(() => door.close());

describe('a whole URL as the target of a request', () => {
  it.each([
    ['http://localhost:8500/a?b=c', '/a {"b":"c"}'],
    ['HTTP://127.0.0.1/a', '/a {}'],
    ['https://localhost/a', '/a {}'],
    ['http://localhost', '/ {}'],
    ['http://localhost?b', '/ {"b":""}'],
    ['http://localhost//a', 'unknown-route'],
    ['http://somebody:secret@localhost/a', 'unknown-route'],
    ['ftp://localhost/a', 'unknown-route'],
    // The host in it counts, and not the one in the header.
    ['http://pretends.example/a', 'host-not-allowed'],
  ])('%s', async (url, body) => {
    expect((await inject(door, { url })).body).toBe(body);
  });

  it('counts, whatever the header beside it says', async () => {
    expect((await inject(door, { url: 'http://localhost/a', headers: { host: 'pretends.example' } })).body).toBe('/a {}');
    expect((await inject(door, { url: '/a', headers: { host: 'pretends.example' } })).body).toBe('host-not-allowed');
  });
});

it('who asks for a tunnel is told that there is none', async () => {
  const connection = connectTo(door);
  connection.write('CONNECT other.example:443 HTTP/1.1\r\nhost: localhost\r\n\r\n');
  let text = '';
  for await (const piece of connection) text += String(piece);
  expect(text).toContain('HTTP/1.1 400');
  expect(text).toContain('connection: close');
  expect(text.endsWith('unknown-route')).toBe(true);
});
