/** One question in, one answer out, or nothing; no socket. */
import type { Caller, CatalogView, Clock, Random } from '@rollcall/core';
import {
  CLASS_IN,
  decodeQuery,
  extendedErrors,
  foldByte,
  HEADER_BYTES,
  NAME_BYTES_MAX,
  rcodes,
  recordTypes,
  type DnsQuery,
} from '@rollcall/wire';
import { addressBytes } from './addresses.js';
import { NotKnownYet, nothingBeside, type Beside } from './beside.js';
import { bareReply, compose, limitOf, type Reply, type Transport } from './compose.js';
import { answerCookie, type CookieState } from './cookies.js';
import { zonesOf, type DnsDomain, type Zone } from './domains.js';
import { NameIndex } from './name-index.js';
import { planFor, soaData, zoneOf, type Plan, type Surroundings } from './plan.js';
import { PlanCache } from './plan-cache.js';
import { FILLING_BYTES, PackedRecords, type Room } from './packed-records.js';

export interface DnsAnswersOptions {
  /** What is shown; `undefined`, or not complete, before the first sync. The same object as long as it goes on. */
  readonly view: () => CatalogView | undefined;
  /** Who everybody is that asks by DNS: what this one may not read is not there. */
  readonly caller: () => Caller;
  /** The first is the one that addresses are named in. */
  readonly domains: readonly DnsDomain[];
  readonly datacenter: string;
  /** Where this server can be asked, for `ns.`; may be empty. */
  readonly ownAddresses: readonly string[];
  /** Questions for other zones are passed on: see `outside`. */
  readonly forwards: boolean;
  /** Left out: nothing. */
  readonly beside?: Beside;
  /** Sixteen bytes, the same on all nodes that share an address; `null` for none. */
  readonly cookieSecret: Uint8Array | null;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of an error of ours; the question is answered with SERVFAIL. */
  readonly failed: (error: unknown) => void;
}

export interface Asker {
  readonly transport: Transport;
  /** Its IP address. */
  readonly address: string;
}

/** What became of the last question, for counters and limits. */
export interface Outcome {
  rcode: number;
  type: number;
  cookie: CookieState;
  /** Not all records had room. */
  cut: boolean;
  /** The zone that it was about; `null` if it is none of ours, or could not be read. */
  zone: Zone | null;
  /** Nobody here knows: in place of the answer, the question can be passed on. */
  outside: boolean;
  /** The same for the same name and type, whatever its case. */
  question: number;
}

/** Answers are laid one behind the other into pieces of this size, which nobody writes to again. */
const PIECE_BYTES = 128 * 1024;

export class DnsAnswers {
  readonly last: Outcome = { rcode: 0, type: 0, cookie: 'none', cut: false, zone: null, outside: false, question: 0 };
  readonly #options: DnsAnswersOptions;
  readonly #zones: readonly Zone[];
  readonly #beside: Beside;
  readonly #cache: PlanCache;
  readonly #name = new Uint8Array(NAME_BYTES_MAX);
  #index: { readonly of: CatalogView; readonly caller: Caller; readonly names: NameIndex } | null = null;
  #soa = new Map<Zone, { readonly revision: number; readonly record: PackedRecords }>();
  #room = newPiece();

  /** Throws for domains that are none. */
  constructor(options: DnsAnswersOptions) {
    this.#options = options;
    this.#beside = options.beside ?? nothingBeside;
    this.#cache = new PlanCache(
      () => this.#index?.names.machinesMoved ?? -1,
      () => this.#beside.moved,
    );
    this.#zones = zonesOf(options.domains, options.datacenter);
  }

  /** Never throws. The bytes are the caller's to keep. `undefined`: no answer may be given. */
  answer(bytes: Uint8Array, asker: Asker): Uint8Array | undefined {
    const query = decodeQuery(bytes);
    if (query === undefined) return undefined;
    const { last } = this;
    last.type = query.type;
    last.cookie = 'none';
    last.cut = false;
    last.zone = null;
    last.outside = false;
    last.question = 0;
    let reply: Reply;
    try {
      reply = this.#reply(query, asker);
    } catch (error) {
      if (!(error instanceof NotKnownYet)) this.#options.failed(error);
      reply = { ...bareReply(rcodes.SERVFAIL), extendedError: error instanceof NotKnownYet ? extendedErrors.NOT_READY : null };
    }
    last.rcode = reply.rcode;
    return this.#compose(query, reply, asker.transport);
  }

  /** Reads what there is at once, so that no question has to wait for it. */
  prepare(): void {
    const view = this.#options.view();
    if (view?.complete === true) this.#names(view);
  }

  close(): void {
    this.#index?.names.close();
    this.#index = null;
  }

  #reply(query: DnsQuery, asker: Asker): Reply {
    const cookie = this.#cookie(query, asker);
    if (query.rcode !== rcodes.NOERROR || query.questionEnd === HEADER_BYTES) return bareReply(query.rcode, cookie);
    const refused = refusalOf(query);
    if (refused !== null) return bareReply(refused, cookie);
    const [hash, length] = [this.#fold(query), query.questionEnd - 4 - HEADER_BYTES];
    this.last.question = hash;
    const view = this.#options.view();
    const name = this.#name.subarray(0, length);
    const isReady = view?.complete === true;
    const cached = isReady ? this.#cache.get(hash, name, kindOf(query.type, asker.transport), view, this.#options.caller()) : undefined;
    const zone = cached?.zone ?? zoneOf(name, this.#zones);
    this.last.zone = zone ?? null;
    this.last.outside = zone === undefined;
    if (zone === undefined) return { ...bareReply(rcodes.REFUSED, cookie), extendedError: extendedErrors.NOT_AUTHORITATIVE };
    if (!isReady) return { ...bareReply(rcodes.SERVFAIL, cookie), extendedError: extendedErrors.NOT_READY };
    const plan = cached?.plan ?? this.#plan(hash, name.slice(), query.type, zone, view, asker);
    // Most addresses are somebody else's.
    this.last.outside = zone.kind !== 'domain' && plan.set === null;
    return this.#planned(query, plan, zone, view, asker.transport, cookie);
  }

  #planned(query: DnsQuery, plan: Plan, zone: Zone, view: CatalogView, transport: Transport, cookie: Uint8Array | null): Reply {
    const isPlain = transport === 'udp' && query.edns === null;
    return {
      rcode: plan.exists ? rcodes.NOERROR : rcodes.NXDOMAIN,
      authoritative: true,
      recursion: this.#options.forwards,
      plan,
      negative: plan.set === null ? { record: this.#soaOf(zone, view.revision), nameBytes: zone.name.length } : null,
      answersMax: isPlain ? (zone.manner.plainUdpAnswersMax ?? Infinity) : Infinity,
      cookie,
      extendedError: view.staleSinceMs === null ? null : extendedErrors.STALE_ANSWER,
    };
  }

  #plan(hash: number, name: Uint8Array, type: number, zone: Zone, view: CatalogView, { transport, address }: Asker): Plan {
    const { datacenter, random, ownAddresses } = this.#options;
    const caller = this.#options.caller();
    const around: Surroundings = {
      view,
      transport,
      asker: address,
      beside: this.#beside,
      caller,
      index: () => this.#names(view),
      zones: this.#zones,
      datacenter,
      random,
      ownAddresses,
    };
    const plan = planFor(name, type, zone, around);
    this.#cache.put(hash, { name, kind: kindOf(type, transport), zone, plan }, view, caller);
    return plan;
  }

  #names(view: CatalogView): NameIndex {
    const caller = this.#options.caller();
    if (this.#index?.of !== view || this.#index.caller.may !== caller.may) {
      this.#index?.names.close();
      this.#index = { of: view, caller, names: new NameIndex(view, caller) };
    }
    return this.#index.names;
  }

  /** The question's name, folded, into `#name`; answers its hash with the type (FNV-1a). */
  #fold({ bytes, questionEnd, type }: DnsQuery): number {
    const name = this.#name;
    const end = questionEnd - 4;
    let hash = 0x811c9dc5 ^ type;
    for (let at = HEADER_BYTES; at < end; at++) {
      const byte = foldByte(bytes[at] as number);
      name[at - HEADER_BYTES] = byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return hash >>> 0;
  }

  #cookie({ edns }: DnsQuery, { address }: Asker): Uint8Array | null {
    const { cookieSecret, clock } = this.#options;
    if (edns === null || edns.cookie === null || cookieSecret === null) return null;
    const { state, cookie } = answerCookie(
      cookieSecret,
      edns.cookie,
      addressBytes(address) ?? NO_ADDRESS,
      Math.floor(clock.wallMs() / 1000),
    );
    this.last.cookie = state;
    return cookie;
  }

  #soaOf(zone: Zone, revision: number): PackedRecords {
    const known = this.#soa.get(zone);
    if (known?.revision === revision) return known.record;
    const record = new PackedRecords([
      { type: recordTypes.SOA, ttlSeconds: zone.manner.negativeTtlSeconds, data: soaData(zone, revision) },
    ]);
    this.#soa.set(zone, { revision, record });
    return record;
  }

  #compose(query: DnsQuery, reply: Reply, transport: Transport): Uint8Array {
    const limit = limitOf(query, transport);
    if (this.#room.at + limit + FILLING_BYTES > PIECE_BYTES) this.#room = newPiece();
    const { bytes, view, at: start } = this.#room;
    const room: Room = { bytes, view, start, at: start, end: start + limit };
    this.last.cut = compose(query, reply, transport, room);
    this.#room.at = room.at;
    return bytes.subarray(start, room.at);
  }
}

function kindOf(type: number, transport: Transport): number {
  return transport === 'tcp' ? 0x1_0000 + type : type;
}

function newPiece(): { readonly bytes: Uint8Array; readonly view: DataView; at: number } {
  const bytes = new Uint8Array(PIECE_BYTES);
  return { bytes, view: new DataView(bytes.buffer), at: 0 };
}

const NO_ADDRESS = new Uint8Array(0);

/** What is answered by no zone, whatever the name; `null` for all that is. */
function refusalOf({ type, class: klass }: DnsQuery): number | null {
  if (klass !== CLASS_IN) return rcodes.REFUSED;
  switch (type) {
    // Nobody takes the whole list from here.
    case recordTypes.AXFR:
    case recordTypes.IXFR:
      return rcodes.REFUSED;
    case recordTypes.OPT:
      return rcodes.FORMERR;
    case recordTypes.TKEY:
    case recordTypes.TSIG:
    case recordTypes.MAILA:
    case recordTypes.MAILB:
      return rcodes.NOTIMP;
    default:
      return null;
  }
}
