/** Targets of every kind of manners, on loopback, and the asking of them. */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { readAddressRange, type AddressRange, type TargetRules } from '@rollcall/core';
import { systemClock } from '../../shared/system-clock.js';
import { expect } from 'vitest';
import type { Found, Probe } from '../found.js';
import { Names } from '../names.js';
import { Route } from '../route.js';
import { Trust } from '../trust.js';

/** Short, because some targets never answer; long enough for a busy machine where an answer is expected. */
export const SHORT_MS = 300;
const LONG_MS = 20_000;

const loopback: TargetRules = { loopback: true, allowed: [] };

export function allowedRanges(...texts: readonly string[]): readonly AddressRange[] {
  return texts.map((text) => readAddressRange(text) as AddressRange);
}

export interface Asking {
  readonly withinMs?: number;
  readonly rules?: TargetRules;
  /** Whom the operator believes. */
  readonly authorities?: string;
  /** Who answers for names. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

export function ask<Spec>(
  probe: Probe<Spec>,
  spec: Spec,
  { withinMs = LONG_MS, rules = loopback, authorities, names }: Asking = {},
): Promise<Found> {
  const known = names && ((name: string) => Promise.resolve(names[name] ?? []));
  const route = new Route({ names: new Names(systemClock, known), rules: () => rules, trust: new Trust(authorities ?? null) });
  return probe(spec, { route, signal: AbortSignal.timeout(withinMs), timeoutText: `${withinMs}ms` });
}

export function expectFound(found: Found, finding: string, output: RegExp): void {
  expect(found.finding, found.output).toBe(finding);
  expect(found.output).toMatch(output);
}

export class Targets {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  http(listener: RequestListener): Promise<number> {
    return this.#listen(createHttpServer(listener));
  }

  tcp(taken: (socket: Socket) => void): Promise<number> {
    return this.#listen(
      createServer((socket) => {
        socket.on('error', () => undefined);
        taken(socket);
      }),
    );
  }

  /** One that nobody listens on. */
  async closedPort(): Promise<number> {
    const port = await this.tcp(() => undefined);
    const server = this.#servers.pop();
    await new Promise((closed) => server?.close(closed));
    return port;
  }

  serve(server: Server): Promise<number> {
    return this.#listen(server);
  }

  async end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.splice(0).map((server) => new Promise((closed) => server.close(closed))));
  }

  async #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return (server.address() as AddressInfo).port;
  }
}
