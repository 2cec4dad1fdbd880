/** Who gets through the door at all, before anybody looks at what is asked: by name, by origin, and by how many there are. */
import type { Duplex } from 'node:stream';
import { RollcallError, type Meter, type Metric } from '@rollcall/core';
import type { HttpAnswer, HttpHead } from '../../shared/http-face.js';
import type { Exchange } from './exchange.js';
import { HostCheck } from './host-check.js';
import { notOneHost } from './nonsense.js';
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

  /** `null`: it may be answered. Says what is to stand on its answer, so that it has to be called first, and once. */
  refusal(exchange: Exchange): RollcallError | null {
    if (this.#surplus.size > 0 && this.#surplus.has(exchange.socket)) {
      exchange.endsConnection();
      return new RollcallError(
        'overloaded',
        `${this.#connectionsMax} connections are open to this node already. Ask another one, or come back later.`,
      );
    }
    const { head } = exchange;
    if (exchange.hosts !== 1) return notOneHost(exchange.hosts);
    if (!this.#hosts.allows(head)) return this.#hosts.refusal(head);
    const refused = this.#origins.refusal(head);
    if (refused === null) exchange.extra = this.#origins.headers(head);
    return refused;
  }

  preflight(head: HttpHead): HttpAnswer | null {
    return head.method === 'OPTIONS' ? this.#origins.preflight(head) : null;
  }
}
