/** The DNS door: one port, over udp and over TCP, at one address or at all that this machine has. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock, Log } from '@rollcall/core';
import type { Desk } from './desk.js';
import { isEverywhere, localAddresses } from './own-addresses.js';
import type { RateLimit } from './rate-limit.js';
import type { Tally } from './tally.js';
import { TcpDoor } from './tcp.js';
import { UdpDoor, type UdpOptions } from './udp.js';

export interface DnsServerOptions {
  readonly bind: string;
  readonly desk: Desk;
  readonly limit: RateLimit;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where any port will do, the one that TCP got may be taken for udp. */
const FREE_PORT_ATTEMPTS_MAX = 20;

/** How often it is looked whether this machine has other addresses than before, where it answers at all of them. */
const ADDRESSES_LOOK_MS = 5_000;

export class DnsServer {
  readonly #options: DnsServerOptions;
  readonly #udp = new Map<string, UdpDoor>();
  #tcp: TcpDoor | null = null;
  #cancelLook: () => void = () => undefined;
  #isClosed = false;

  constructor(options: DnsServerOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#tcp?.connections ?? 0;
  }

  /** Answers the port. Throws what the system says, with nothing left open. */
  async open(port: number): Promise<number> {
    const { bind } = this.#options;
    const address = isIP(bind) === 0 ? (await lookup(bind)).address : bind;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#openAt(address, port);
      } catch (error) {
        this.#closeSockets();
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (port !== 0 || !isTaken || attempt === FREE_PORT_ATTEMPTS_MAX) throw error;
      }
    }
  }

  /** No new connections; what is asked over udp is answered until the end. */
  drain(): void {
    this.#tcp?.drain();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLook();
    this.#closeSockets();
  }

  async #openAt(address: string, port: number): Promise<number> {
    const { log, desk, tally, clock } = this.#options;
    const failed = (error: Error): void => log.warn('a socket of the DNS door failed', { reason: String(error) });
    this.#tcp = await TcpDoor.open(address, port, { desk, tally, clock, failed });
    const actual = this.#tcp.port;
    if (!isEverywhere(address)) await this.#openUdp(address, actual, failed);
    else await this.#openEverywhere(address, actual, failed);
    return actual;
  }

  /** An answer must come from where its question went to, which a socket for all addresses cannot see to. */
  async #openEverywhere(address: string, port: number, failed: UdpOptions['failed']): Promise<void> {
    const there = localAddresses(address).map((own) => own.address);
    for (const [own, door] of this.#udp) {
      if (there.includes(own)) continue;
      door.close();
      this.#udp.delete(own);
    }
    for (const own of there) {
      if (this.#udp.has(own)) continue;
      await this.#openUdp(own, port, failed).catch((error: unknown) => {
        // One that is only just coming up, or is gone again, is tried again.
        if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL') throw error;
      });
    }
    if (this.#isClosed) return;
    this.#cancelLook = this.#options.clock.after(ADDRESSES_LOOK_MS, () => {
      void this.#openEverywhere(address, port, failed).catch(failed);
    });
  }

  async #openUdp(address: string, port: number, failed: UdpOptions['failed']): Promise<void> {
    const { desk, limit, tally } = this.#options;
    const door = await UdpDoor.open(address, port, { desk, limit, tally, failed });
    if (this.#isClosed) door.close();
    else this.#udp.set(address, door);
  }

  #closeSockets(): void {
    this.#tcp?.close();
    this.#tcp = null;
    for (const door of this.#udp.values()) door.close();
    this.#udp.clear();
  }
}
