/** The DNS face in its thread, put together: who answers, at which sockets, and what is told of it. */
import type { Caller, CatalogView, Clock, Log, Random } from '@rollcall/core';
import type { Beside } from './beside.js';
import { Desk } from './desk.js';
import { Forwarder } from './forwarder.js';
import { DnsAnswers } from './handler.js';
import type { DnsOrder, DnsSettings, DnsWord } from './messages.js';
import { ownAddressesOf } from './own-addresses.js';
import { RateLimit } from './rate-limit.js';
import { DnsServer } from './server.js';
import { Tally } from './tally.js';

export interface DnsFaceOptions {
  readonly settings: DnsSettings;
  readonly view: () => CatalogView | undefined;
  readonly caller: () => Caller;
  readonly catchUp: () => void;
  readonly beside: Beside;
  readonly say: (word: DnsWord) => void;
  readonly clock: Clock;
  readonly random: Random;
}

const REPORT_MS = 1000;

/** Between two attempts to open where the thread before this one was. */
const REOPEN_MS = 1000;

/** So many failures are told of each second; the others are answered with SERVFAIL, and counted with those. */
const FAILURES_TOLD_MAX = 3;

export class DnsFace {
  readonly #options: DnsFaceOptions;
  readonly #tally = new Tally();
  readonly #answers: DnsAnswers;
  readonly #forwarder: Forwarder | null;
  readonly #server: DnsServer;
  #failures = 0;

  constructor(options: DnsFaceOptions) {
    this.#options = options;
    const { settings, view, caller, catchUp, beside, clock, random } = options;
    const log = this.#log();
    const { bind, domains, datacenter, cookieSecret, answersPerSecond, upstreams, forwardFor } = settings;
    this.#answers = new DnsAnswers({
      view,
      caller,
      domains,
      datacenter,
      beside,
      ownAddresses: ownAddressesOf(bind),
      forwards: upstreams.length > 0,
      cookieSecret,
      clock,
      random,
      failed: (error) => this.#tellFailure(log, error),
    });
    const tally = this.#tally;
    this.#forwarder = upstreams.length === 0 ? null : new Forwarder({ upstreams, forwardFor, clock, random, tally });
    const desk = new Desk({ answers: this.#answers, catchUp, forwarding: this.#forwarder, tally });
    const limit = new RateLimit({ answersPerSecond, clock });
    this.#server = new DnsServer({ bind, desk, limit, tally, clock, log });
    this.#report();
    if (settings.port !== null) void this.#reopen(settings.port);
  }

  take(order: DnsOrder): void {
    if (order.type === 'open') void this.#open(order.port);
    else if (order.type === 'drain') this.#server.drain();
    else this.#close();
  }

  async #open(port: number): Promise<void> {
    const { say } = this.#options;
    try {
      say({ type: 'opened', port: await this.#server.open(port) });
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      say({ type: 'refused', code, message });
    }
  }

  /** Until it is free again: nobody else was meant to have it. */
  async #reopen(port: number): Promise<void> {
    try {
      await this.#server.open(port);
    } catch {
      this.#options.clock.after(REOPEN_MS, () => void this.#reopen(port));
    }
  }

  #close(): void {
    this.#server.close();
    this.#forwarder?.close();
    this.#answers.close();
    this.#options.say({ type: 'closed' });
  }

  #report(): void {
    const { say, view, clock } = this.#options;
    const synced = view() !== undefined;
    // Whoever asks first does not have to wait for what takes a while where there are many.
    if (synced) this.#answers.prepare();
    this.#failures = 0;
    say({ type: 'report', report: this.#tally.report({ connections: this.#server.connections, synced }) });
    clock.after(REPORT_MS, () => this.#report());
  }

  #tellFailure(log: Log, error: unknown): void {
    if (this.#failures++ < FAILURES_TOLD_MAX)
      log.error('a DNS question could not be answered', {
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
  }

  #log(): Log {
    const { say } = this.#options;
    const at =
      (level: 'info' | 'warn' | 'error'): Log['info'] =>
      (message, fields = {}) =>
        say({ type: 'log', level, message, fields });
    return { info: at('info'), warn: at('warn'), error: at('error') };
  }
}
