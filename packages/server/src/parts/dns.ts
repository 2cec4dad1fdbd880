/** The DNS door as a part of the registry: a thread of its own, which has the catalog's view before the door opens. */
import type { AccessControl, Catalog, LogFields, Meter, ScopeOptions } from '@rollcall/core';
import { COOKIE_SECRET_BYTES } from '../faces/dns/cookies.js';
import { dnsOptions, domainsOf } from '../faces/dns/config.js';
import type { BesideNews, BesideSettings } from '../faces/consul/queries/beside-dns.js';
import type { DnsOrder, DnsSettings, DnsWord } from '../faces/dns/messages.js';
import { DnsMeters } from '../faces/dns/tally.js';
import type { Part } from '../lifecycle.js';
import type { ServeOptions } from '../options/options.js';
import type { Surroundings } from '../surroundings.js';
import { ReaderThread } from '../threads/thread.js';
import type { DnsThreadOrder, DnsThreadSettings } from './dns-messages.js';
import { opened } from './opening.js';

export interface DnsSources {
  readonly catalog: Catalog;
  readonly access: AccessControl;
  readonly meter: Meter;
  /** What a thread has to know of Consul at its beginning. */
  readonly beside: () => BesideSettings;
}

export interface OpenedDns {
  readonly doors: () => Readonly<Record<string, string>>;
  /** Before the catalog, so that its thread reads what the catalog reads. */
  readonly readerParts: readonly Part[];
  readonly doorParts: readonly Part[];
  /** What has changed of Consul since: it is part of the next answer. */
  readonly tell: (news: BesideNews) => void;
}

const noDoor: OpenedDns = { doors: () => ({}), readerParts: [], doorParts: [], tell: () => undefined };

/** The thread only has to open sockets; on a machine with too much to do that takes a while. */
const OPENS_WITHIN_MS = 20_000;
const CLOSES_WITHIN_MS = 2000;

export function dnsDoor(options: ServeOptions, surroundings: Surroundings, sources: DnsSources): OpenedDns {
  if (options.dns === 'off') return noDoor;
  const { port, isWished } = options.dns;
  return new DnsDoor({ ...options, wished: { port, isWished } }, surroundings, sources);
}

type DoorOptions = ServeOptions & { readonly wished: { readonly port: number; readonly isWished: boolean } };

class DnsDoor implements OpenedDns {
  readonly readerParts: readonly Part[];
  readonly doorParts: readonly Part[];
  readonly #options: DoorOptions;
  readonly #surroundings: Surroundings;
  readonly #access: AccessControl;
  readonly #meters: DnsMeters;
  readonly #thread: ReaderThread<DnsThreadSettings, DnsThreadOrder, DnsWord>;
  readonly #cookieSecret: Uint8Array;
  /** Where it listens; `null` before, and where it does not. */
  #port: number | null = null;
  #answered: (word: DnsWord) => void = () => undefined;
  #unfollow: () => void = () => undefined;

  constructor(options: DoorOptions, surroundings: Surroundings, { catalog, access, meter, beside }: DnsSources) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#access = access;
    this.#cookieSecret = surroundings.random.bytes(COOKIE_SECRET_BYTES);
    this.#meters = new DnsMeters(meter);
    this.#thread = new ReaderThread({
      ...surroundings,
      program: workerUrl(),
      source: catalog,
      panicRule: { eligibleMin: options.panicEligibleMin, belowShare: options.panicBelowShare },
      rights: () => this.#rights(),
      face: () => ({ dns: this.#settings(), beside: beside() }),
      heard: (word) => this.#heard(word),
      failed: () => this.#meters.restart(),
      meter,
    });
    const reader: Part = {
      name: 'the reader of the DNS door',
      start: () => {
        this.#unfollow = access.follow(() => this.#thread.rightsChanged());
        this.#thread.start();
      },
      close: () => this.#end(),
    };
    const door: Part = {
      name: 'the DNS door',
      start: () => this.#open(),
      drain: () => this.#thread.order({ type: 'drain' }),
      close: () => this.#close(),
    };
    this.readerParts = [reader];
    this.doorParts = [door];
  }

  readonly doors = (): Readonly<Record<string, string>> => {
    const { bind } = this.#options;
    return this.#port === null ? {} : { dns: `${bind.includes(':') ? `[${bind}]` : bind}:${this.#port}` };
  };

  readonly tell = (news: BesideNews): void => this.#thread.news({ type: 'news', news });

  /** Nobody says who he is by DNS, and who asks is often somebody else's resolver: also from this machine, it is a stranger. */
  #rights(): ScopeOptions {
    return this.#access.identify({ token: null, certificateNames: [], isLocal: false }).may.read.words;
  }

  #settings(): DnsSettings {
    const { bind, dnsDatacenter, dnsRate, dnsForward, dnsForwardFor } = this.#options;
    return {
      bind,
      port: this.#port,
      domains: domainsOf(this.#options),
      datacenter: dnsDatacenter,
      cookieSecret: this.#cookieSecret,
      answersPerSecond: dnsRate,
      upstreams: dnsForward,
      forwardFor: dnsForwardFor,
    };
  }

  /** Throws if it cannot open where it was wished. Where nobody wished for it, it does without. */
  async #open(): Promise<void> {
    const { bind, wished } = this.#options;
    const { port, isWished } = wished;
    const opening = { what: 'DNS', bind, port, option: dnsOptions.dns };
    try {
      await opened(() => this.#ordered(port), opening);
    } catch (error) {
      if (isWished) throw error;
      this.#surroundings.log.warn('there is no DNS door', { reason: (error as Error).message });
      await this.#end();
    }
  }

  async #ordered(port: number): Promise<void> {
    const word = await this.#answer({ type: 'open', port }, OPENS_WITHIN_MS);
    if (word?.type === 'opened') this.#port = word.port;
    else if (word?.type === 'refused') throw Object.assign(new Error(word.message), { code: word.code });
    else throw new Error('the thread of the DNS door does not answer.');
  }

  async #close(): Promise<void> {
    if (this.#port === null) return;
    this.#port = null;
    await this.#answer({ type: 'close' }, CLOSES_WITHIN_MS);
  }

  #end(): Promise<void> {
    this.#unfollow();
    return this.#thread.close();
  }

  /** What the thread says to an order; `null` if it says nothing in time. */
  #answer(order: DnsOrder, withinMs: number): Promise<DnsWord | null> {
    return new Promise((resolve) => {
      const cancel = this.#surroundings.clock.after(withinMs, () => resolve(null));
      this.#answered = (word) => {
        cancel();
        resolve(word);
      };
      this.#thread.order(order);
    });
  }

  #heard(word: DnsWord): void {
    if (word.type === 'report') this.#meters.take(word.report);
    else if (word.type === 'log') tell(this.#surroundings, word);
    else this.#answered(word);
  }
}

function tell(
  { log }: Surroundings,
  { level, message, fields }: { level: 'info' | 'warn' | 'error'; message: string; fields: LogFields },
): void {
  log[level](message, fields);
}

/** Threads run what was built: from the sources it is looked for beside them. */
function workerUrl(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('../../dist/parts/dns-worker.js', import.meta.url)
    : new URL('./dns-worker.js', import.meta.url);
}
