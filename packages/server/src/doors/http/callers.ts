/**
 * Who asks. The face takes the token from where its protocol has it, access control says what it is worth, and answers that
 * go on are ended when their callers may no longer have them.
 */
import {
  ANONYMOUS,
  isLoopback,
  isSame,
  nothing,
  type AccessControl,
  type Caller,
  type Credentials,
  type Identity,
  type Permissions,
} from '@rollcall/core';
import { bearerTokenIn } from '../../shared/bearer-token.js';
import type { HttpFace } from '../../shared/http-face.js';
import { headerIn, hostNameIn } from '../../shared/http-headers.js';
import { certificateNamesOf } from '../../shared/certificate-names.js';
import type { Exchange } from './exchange.js';

type Face = Pick<HttpFace, 'name' | 'tokenIn'>;

/** Its address is asked of the system when it is wanted: for most requests it is not, and thousands of streams would keep it. */
class RequestCaller implements Caller {
  readonly identity: string;
  readonly may: Permissions;
  readonly face: string;
  readonly #exchange: Exchange;

  constructor({ name, may }: Identity, face: string, exchange: Exchange) {
    this.identity = name;
    this.may = may;
    this.face = face;
    this.#exchange = exchange;
  }

  get from(): string {
    return this.#exchange.from;
  }
}

/** A class, because a getter in a literal makes an object of a shape of its own each time: that cost four times what it is for. */
class RequestCredentials implements Credentials {
  readonly token: string | null;
  readonly #exchange: Exchange;

  constructor(token: string | null, exchange: Exchange) {
    this.token = token;
    this.#exchange = exchange;
  }

  get certificateNames(): readonly string[] {
    return this.token === null ? certificateNamesOf(this.#exchange.socket) : [];
  }

  get isLocal(): boolean {
    return isLocal(this.#exchange);
  }
}

/** Who has no need to say who it is: asks for what everybody may know. */
const whoever: Identity = { name: ANONYMOUS, may: nothing };

/** An answer that goes on for as long as its caller may have it. */
interface Held {
  readonly face: Face;
  readonly may: Permissions;
}

/** What a proxy adds. It only ever takes trust away: whoever writes such a header by himself gains nothing. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

export class Callers {
  readonly #access: AccessControl;
  /** Without addresses, for answers that lie ready: one for each identity and face. */
  readonly #hasty = new WeakMap<Identity, Map<string, Caller>>();
  readonly #held = new Map<Exchange, Held>();
  readonly #unfollow: () => void;
  #latest: { readonly exchange: Exchange; readonly face: Face; readonly identity: Identity } | null = null;

  constructor(access: AccessControl) {
    this.#access = access;
    this.#unfollow = access.follow(() => this.#endThoseWhoMayNot());
  }

  close(): void {
    this.#unfollow();
  }

  /** For a route that takes no right. */
  anybody(exchange: Exchange, face: Face): Caller {
    return new RequestCaller(whoever, face.name, exchange);
  }

  /** Throws `unauthenticated`. */
  of(exchange: Exchange, face: Face): Caller {
    return new RequestCaller(this.#identify(exchange, face), face.name, exchange);
  }

  /** Without its address; `null` for who has to be told that it is not known. */
  hastily(exchange: Exchange, face: Face): Caller | null {
    let identity: Identity;
    try {
      identity = this.#identify(exchange, face);
    } catch {
      return null;
    }
    let callers = this.#hasty.get(identity);
    if (callers === undefined) this.#hasty.set(identity, (callers = new Map<string, Caller>()));
    let caller = callers.get(face.name);
    if (caller === undefined) callers.set(face.name, (caller = { identity: identity.name, may: identity.may, from: '', face: face.name }));
    return caller;
  }

  /** Its answer goes on; should the rules change, it is looked at again. */
  hold(exchange: Exchange, face: Face, { may }: Caller): void {
    if (this.#access.isOpen) return;
    // They may have changed while it was being made.
    if (!this.#stillMay(exchange, face, may)) return void exchange.socket.destroy();
    this.#held.set(exchange, { face, may });
    exchange.onClose(() => this.#held.delete(exchange));
  }

  /** Asked first for an answer that may lie ready, and then on the ordinary way: found out once. */
  #identify(exchange: Exchange, face: Face): Identity {
    if (this.#access.isOpen) return this.#access.identify(noCredentials);
    if (this.#latest?.exchange === exchange && this.#latest.face === face) return this.#latest.identity;
    const identity = this.#identifyAnew(exchange, face);
    this.#latest = { exchange, face, identity };
    return identity;
  }

  #identifyAnew(exchange: Exchange, face: Face): Identity {
    const token = face.tokenIn === undefined ? bearerTokenIn(exchange.head.rawHeaders) : face.tokenIn(exchange.head);
    return this.#access.identify(new RequestCredentials(token, exchange));
  }

  /** Whoever still may comes back at once, and goes on where it was. */
  #endThoseWhoMayNot(): void {
    this.#latest = null;
    for (const [exchange, { face, may }] of this.#held) if (!this.#stillMay(exchange, face, may)) exchange.socket.destroy();
  }

  #stillMay(exchange: Exchange, face: Face, may: Permissions): boolean {
    const now = this.hastily(exchange, face);
    return now !== null && isSame(now.may, may);
  }
}

const noCredentials = { token: null, certificateNames: [], isLocal: false };

function isLocal({ from, head: { rawHeaders } }: Exchange): boolean {
  const address = from.replace(/^::ffff:/i, '');
  if (!isLoopback(address) || FORWARDING.some((name) => headerIn(rawHeaders, name) !== undefined)) return false;
  // A web page may have given a name of its own this address, and its visitor's browser asks from here.
  return isLoopback(hostNameIn(headerIn(rawHeaders, 'host')));
}
