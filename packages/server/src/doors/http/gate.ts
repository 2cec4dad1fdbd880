/** Who gets through the door at all, before anybody looks at what is asked: by name, by origin, and by how many there are. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RollcallError, type Meter, type Metric } from '@rollcall/core';
import type { HttpAnswer } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { HostCheck } from './host-check.js';
import { noHost } from './nonsense.js';
import { OriginCheck } from './origin-check.js';

export interface GateOptions {
  readonly bind: string;
  readonly corsOrigins: readonly string[];
  readonly connectionsMax: number;
  readonly meter: Meter;
}

const connections: Metric = {
  name: 'rollcall_http_connections',
  kind: 'gauge',
  help: 'Open connections of the HTTP door, watchers included.',
};

export class Gate {
  readonly #hosts: HostCheck;
  readonly #origins: OriginCheck;
  readonly #connectionsMax: number;
  #connections = 0;
  /** Those that are only let in to be told that there is no room. */
  readonly #surplus = new Set<Duplex>();

  constructor({ bind, corsOrigins, connectionsMax, meter }: GateOptions) {
    this.#hosts = new HostCheck(bind);
    this.#origins = new OriginCheck(corsOrigins);
    this.#connectionsMax = connectionsMax;
    meter.gauge(connections, () => this.#connections);
  }

  connected(socket: Duplex): void {
    this.#connections++;
    if (this.#connections > this.#connectionsMax) this.#surplus.add(socket);
    socket.on('close', () => {
      this.#connections--;
      this.#surplus.delete(socket);
    });
  }

  /** `null`: it may be answered. Prepares the response for whoever asks, so that it has to be called first, and once. */
  refusal(request: IncomingMessage, response: ServerResponse): RollcallError | null {
    if (this.#surplus.size > 0 && this.#surplus.has(request.socket)) {
      response.shouldKeepAlive = false;
      return new RollcallError(
        'overloaded',
        `${this.#connectionsMax} connections are open to this node already. Ask another one, or come back later.`,
      );
    }
    if (request.httpVersion === '1.1' && headerIn(request.rawHeaders, 'host') === undefined) return noHost();
    if (!this.#hosts.allows(request)) return this.#hosts.refusal(request);
    const refused = this.#origins.refusal(request);
    if (refused !== null) return refused;
    const headers = this.#origins.headers(request);
    if (headers.length > 0) for (const [name, value] of pairs(headers)) response.setHeader(name, value);
    return null;
  }

  preflight(request: IncomingMessage): HttpAnswer | null {
    return request.method === 'OPTIONS' ? this.#origins.preflight(request) : null;
  }
}

function pairs(headers: readonly string[]): readonly (readonly [name: string, value: string])[] {
  return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? ''] as const] : []));
}
