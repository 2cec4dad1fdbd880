/** Ports that are filtered, connections that are reset in every phase, and the health service that everybody has. */
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { TlsTerms } from '@rollcall/core';
import { afterEach, describe, expect, it } from 'vitest';
import type { Found } from '../found.js';
import { probeGrpc } from './grpc.js';
import { probeHttp } from './http.js';
import { ask, expectFound, SHORT_MS, Targets } from './targets.fixture.js';
import { probeTcp } from './tcp.js';

const host = '127.0.0.1';
const page = { type: 'http', method: 'GET', path: '/', headers: {}, body: null, statuses: [], contains: null } as const;
const unbelieving: TlsTerms = { serverName: null, verify: false, ca: null };

type Protocol = 'http' | 'tcp' | 'grpc';

function probed(protocol: Protocol, port: number, tls: TlsTerms | null, withinMs?: number): Promise<Found> {
  const asking = withinMs === undefined ? {} : { withinMs };
  if (protocol === 'tcp') return ask(probeTcp, { type: 'tcp', host, port, tls, refusedOnly: false }, asking);
  if (protocol === 'grpc') return ask(probeGrpc, { type: 'grpc', host, port, tls, service: '' }, asking);
  return ask(probeHttp, { ...page, host, port, tls, contains: 'never' }, asking);
}

const targets = new Targets();
afterEach(() => targets.end());

/** A thread that listens and never takes anybody: what knocks when its queue is full is dropped, as by a filter. */
const SLEEPER = `
const { parentPort } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ port: 0, host: '${host}', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50);
});`;

const CROWD_MAX = 20;
const TAKEN_WITHIN_MS = 200;

describe('a port that is filtered', () => {
  const sockets: Socket[] = [];
  let sleeper: Worker | null = null;
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await sleeper?.terminate();
  });

  async function filteredPort(): Promise<number> {
    const worker = new Worker(SLEEPER, { eval: true, execArgv: [] });
    sleeper = worker;
    const port = await new Promise<number>((told) => worker.once('message', told));
    await new Promise((asleep) => setTimeout(asleep, 2 * TAKEN_WITHIN_MS));
    for (let at = 0; at < CROWD_MAX; at++) if (!(await isTaken(port))) return port;
    throw new Error('its queue never fills');
  }

  function isTaken(port: number): Promise<boolean> {
    const socket = connect(port, host).on('error', () => undefined);
    sockets.push(socket);
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      setTimeout(() => resolve(false), TAKEN_WITHIN_MS);
    });
  }

  it('is silence, by every protocol', async () => {
    const port = await filteredPort();
    for (const protocol of ['http', 'tcp', 'grpc'] as const) {
      for (const tls of [null, unbelieving]) {
        const found = await probed(protocol, port, tls, SHORT_MS);
        expectFound(found, 'critical', /no answer within 300ms$/);
        expect(found.evidence).toBe('silence');
      }
    }
  });
});

describe('a connection that is reset', () => {
  const phases: readonly (readonly [
    phase: string,
    protocols: readonly Protocol[],
    tls: TlsTerms | null,
    taken: (socket: Socket) => void,
  ])[] = [
    ['as soon as it stands', ['http', 'grpc'], null, (socket) => socket.resetAndDestroy()],
    ['within the handshake', ['http', 'tcp', 'grpc'], unbelieving, (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['behind the question', ['http', 'grpc'], null, (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['within the head of the answer', ['http'], null, (socket) => resetBehind(socket, 'HTTP/1.1 200 OK\r\nContent-Le')],
    ['within the body', ['http'], null, (socket) => resetBehind(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnev')],
    ['within chunks', ['http'], null, (socket) => resetBehind(socket, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nne')],
    // A frame of settings, and half of another one.
    ['behind its settings', ['grpc'], null, (socket) => resetBehind(socket, Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]))],
  ];

  function resetBehind(socket: Socket, text: string | Buffer): void {
    socket.once('data', () => socket.write(text, () => setImmediate(() => socket.resetAndDestroy())));
  }

  it.each(phases.flatMap(([phase, protocols, tls, taken]) => protocols.map((protocol) => [protocol, phase, tls, taken] as const)))(
    '%s, %s',
    async (protocol, _phase, tls, taken) => {
      const port = await targets.tcp(taken);
      const found = await probed(protocol, port, tls);
      expect(found.finding, found.output).toBe('critical');
      // It was there, and spoke for itself.
      expect(found.evidence).toBeUndefined();
      expect(found.output).toMatch(/(reset|closed|broken off|aborted|disconnected)/);
    },
  );
});

describe('the health service of grpc-health-check', () => {
  let server: Server | null = null;
  afterEach(() => server?.forceShutdown());

  async function serving(statuses: Record<string, 'SERVING' | 'NOT_SERVING'>): Promise<{ port: number; health: HealthImplementation }> {
    const health = new HealthImplementation(statuses);
    const started = new Server();
    server = started;
    health.addToServer(started);
    const port = await new Promise<number>((resolve, reject) =>
      started.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    return { port, health };
  }

  const asked = (port: number, service: string): Promise<Found> => ask(probeGrpc, { type: 'grpc', host, port, tls: null, service });

  it('is understood, whatever it says', async () => {
    const { port, health } = await serving({ '': 'SERVING', 'pay.v1': 'NOT_SERVING' });
    expectFound(await asked(port, ''), 'passing', /: SERVING$/);
    expectFound(await asked(port, 'pay.v1'), 'critical', /\/pay\.v1: NOT_SERVING$/);
    expectFound(await asked(port, 'nobody'), 'critical', /it does not know that service/);
    health.setStatus('pay.v1', 'SERVING');
    expectFound(await asked(port, 'pay.v1'), 'passing', /\/pay\.v1: SERVING$/);
    health.setStatus('', 'NOT_SERVING');
    expectFound(await asked(port, ''), 'critical', /: NOT_SERVING$/);
  });

  it('is missed where a server has none', async () => {
    const started = new Server();
    server = started;
    const port = await new Promise<number>((resolve) => {
      started.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (_error, bound) => resolve(bound));
    });
    expectFound(await asked(port, ''), 'critical', /it has no health service/);
  });
});
