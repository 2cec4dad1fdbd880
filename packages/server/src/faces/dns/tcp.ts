/** The connections of the DNS door: how many there are, from where, and which of them have been idle for too long. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { isLoopback, type Clock } from '@rollcall/core';
import type { Desk } from './desk.js';
import { CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS_MAX, IDLE_LOOK_MS, IDLE_MS_MAX } from './limits.js';
import { TcpConnection } from './tcp-connection.js';
import type { Tally } from './tally.js';

export interface TcpOptions {
  readonly desk: Desk;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly failed: (error: Error) => void;
}

export class TcpDoor {
  readonly #options: TcpOptions;
  readonly #server: Server;
  readonly #connections = new Set<TcpConnection>();
  readonly #fromAddress = new Map<string, number>();
  #cancelLook: () => void = () => undefined;

  private constructor(options: TcpOptions) {
    this.#options = options;
    // Who has asked everything and says so still gets the answers.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#connected(socket));
  }

  /** Throws what the system says. */
  static async open(address: string, port: number, options: TcpOptions): Promise<TcpDoor> {
    const door = new TcpDoor(options);
    const server = door.#server;
    await new Promise<void>((listening, refused) => {
      server.once('error', refused);
      server.listen({ port, host: address, exclusive: true }, () => {
        server.off('error', refused);
        listening();
      });
    });
    server.on('error', options.failed);
    door.#look();
    return door;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Takes no new connections, and ends those that wait for nothing. */
  drain(): void {
    this.#server.close();
    for (const connection of this.#connections) connection.end();
  }

  close(): void {
    this.#cancelLook();
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
  }

  #connected(socket: Socket): void {
    const { tally, desk, clock } = this.#options;
    const connection = new TcpConnection(socket, { desk, tally, clock });
    const { address } = connection;
    const others = this.#fromAddress.get(address) ?? 0;
    if (others >= CONNECTIONS_PER_ADDRESS_MAX && !isLoopback(address)) {
      tally.dropped('connections');
      return connection.destroy();
    }
    if (this.#connections.size >= CONNECTIONS_MAX) this.#endIdlest();
    this.#connections.add(connection);
    this.#fromAddress.set(address, others + 1);
    socket.once('close', () => this.#left(connection));
  }

  #left(connection: TcpConnection): void {
    this.#connections.delete(connection);
    const others = (this.#fromAddress.get(connection.address) ?? 1) - 1;
    if (others === 0) this.#fromAddress.delete(connection.address);
    else this.#fromAddress.set(connection.address, others);
  }

  #endIdlest(): void {
    const nowMs = this.#options.clock.monotonicMs();
    let [idlest, longestMs]: [TcpConnection | null, number] = [null, -1];
    for (const connection of this.#connections) {
      const idleMs = connection.idleMs(nowMs);
      if (idleMs > longestMs) [idlest, longestMs] = [connection, idleMs];
    }
    this.#options.tally.dropped('connections');
    idlest?.destroy();
  }

  #look(): void {
    this.#cancelLook = this.#options.clock.after(IDLE_LOOK_MS, () => {
      const nowMs = this.#options.clock.monotonicMs();
      for (const connection of this.#connections) if (connection.idleMs(nowMs) > IDLE_MS_MAX) connection.destroy();
      this.#look();
    });
  }
}
