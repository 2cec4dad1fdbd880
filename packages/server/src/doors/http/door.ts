/**
 * The HTTP door: one port that several faces share. Connections begin with the quick reader; what it does not take, node:http
 * reads (docs/adr/0020). There is no framework: docs/adr/0005 says why.
 */
import { createServer, isIPv6, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:tls';
import type { Clock } from '@rollcall/core';
import { Desk, type DeskOptions } from './desk.js';
import { Gate } from './gate.js';
import {
  GOODBYE_MS_MAX,
  HEAD_MS_MAX,
  IDLE_GRACE_MS,
  IDLE_MS_MAX,
  REQUEST_MS_MAX,
  SLOW_LOOK_MS,
  SURPLUS_CONNECTIONS_MAX,
} from './limits.js';
import { endWith, NodeHttp } from './node-http.js';
import { cutShort, tooSlow } from './nonsense.js';
import { QuickConnections, type Patience } from './quick/connections.js';
import type { Unfinished } from './quick/connection.js';
import type { QuickExchange } from './quick/exchange.js';
import { secureOptions, type TlsMaterial } from './tls.js';

export type { Refused } from './desk.js';

export interface HttpDoorOptions extends DeskOptions {
  readonly bind: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Whose web pages may ask, besides our own. */
  readonly corsOrigins: readonly string[];
  readonly connectionsMax: number;
  /** Left out: none. */
  readonly tls?: TlsMaterial | null;
  /** How long a request may take to arrive, and how often that is looked at. Left out: what limits.ts says. */
  readonly patience?: Patience;
  /** `false`: node:http reads everything. Left out: what can be read in one way only is read here. */
  readonly quick?: boolean;
  readonly clock: Clock;
}

const usualPatience: Patience = {
  headMs: HEAD_MS_MAX,
  requestMs: REQUEST_MS_MAX,
  idleMs: IDLE_MS_MAX + IDLE_GRACE_MS,
  lookMs: SLOW_LOOK_MS,
};

export class HttpDoor {
  readonly #options: HttpDoorOptions;
  readonly #server: Server;
  /** The same one, where it speaks TLS. */
  readonly #secure: SecureServer | null;
  readonly #gate: Gate;
  readonly #desk: Desk;
  readonly #quick: QuickConnections;
  readonly #node: NodeHttp;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
    const { tls = null, patience = usualPatience, clock } = options;
    this.#gate = new Gate(options);
    this.#desk = new Desk(options, this.#gate);
    this.#node = new NodeHttp(this.#desk, patience);
    this.#quick = new QuickConnections({
      clock,
      patience,
      request: (exchange) => this.#desk.take(exchange),
      handOver: (socket, rest) => this.#node.take(socket, rest),
      unfinished: (why, exchange, socket) => this.#unfinished(why, exchange, socket),
    });
    // Who has said all that he will say is still answered.
    const settings = { noDelay: true, allowHalfOpen: true };
    const take = (socket: Duplex): void => this.accept(socket);
    this.#secure = tls === null ? null : createSecureServer({ ...settings, ...secureOptions(tls), ALPNProtocols: ['http/1.1'] }, take);
    this.#server = this.#secure ?? createServer(settings, take);
    this.#server.maxConnections = options.connectionsMax + SURPLUS_CONNECTIONS_MAX;
    this.#secure?.on('tlsClientError', (_error, socket) => socket.destroy()); // What is said before the handshake never arrives.
  }

  /** `host:port` as a URL has it. Only after the start. */
  get address(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  }

  /** From now on, for new connections; those that are open stay. */
  secure({ context }: TlsMaterial): void {
    this.#secure?.setSecureContext(context);
  }

  /** Rejects with what the system says of an address that cannot be had. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.bind, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    this.startBehind();
  }

  /** Instead: takes the connections of another door. */
  startBehind(): void {
    this.#node.start();
    this.#quick.startLooking();
  }

  /** From now on every answer says that its connection ends with it. */
  drain(): void {
    this.#desk.drain();
  }

  /** Finishes the requests that are being answered. */
  async close(): Promise<void> {
    this.drain();
    this.#desk.close();
    const cancelGoodbye = this.#options.clock.after(GOODBYE_MS_MAX, () => {
      this.#quick.endAll();
      this.#node.endAll();
    });
    // Those that came through another door are not waited for here: whoever let them in does.
    const closed = this.#server.listening ? new Promise<void>((resolve) => this.#server.close(() => resolve())) : null;
    this.#quick.stopLooking();
    this.#quick.endIdle();
    this.#node.close();
    if (closed === null) return;
    await closed;
    cancelGoodbye();
  }

  /** A connection, also one that did not come through the port. */
  accept(connection: Duplex): void {
    this.#gate.connected(connection);
    if (this.#options.quick === false) this.#node.take(connection, null);
    else this.#quick.take(connection);
  }

  #unfinished(why: Unfinished, exchange: QuickExchange | null, socket: Duplex): void {
    const error = why === 'too slow' ? tooSlow() : cutShort();
    if (exchange === null) return socket.writable ? endWith(socket, this.#desk.refuseNonsense(error)) : void socket.destroy();
    exchange.endsConnection();
    this.#desk.fail(error, exchange);
  }
}
