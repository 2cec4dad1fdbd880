/**
 * Who asks. The face takes the token from where its protocol has it, access control says what it is worth, and answers that
 * go on are ended when their callers may no longer have them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
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

type Face = Pick<HttpFace, 'name' | 'tokenIn'>;

/** Its address is asked of the system when it is wanted: for most requests it is not, and thousands of streams would keep it. */
class RequestCaller implements Caller {
  readonly identity: string;
  readonly may: Permissions;
  readonly face: string;
  readonly #request: IncomingMessage;

  constructor({ name, may }: Identity, face: string, request: IncomingMessage) {
    this.identity = name;
    this.may = may;
    this.face = face;
    this.#request = request;
  }

  get from(): string {
    return this.#request.socket.remoteAddress ?? '';
  }
}

/** A class, because a getter in a literal makes an object of a shape of its own each time: that cost four times what it is for. */
class RequestCredentials implements Credentials {
  readonly token: string | null;
  readonly #request: IncomingMessage;

  constructor(token: string | null, request: IncomingMessage) {
    this.token = token;
    this.#request = request;
  }

  get certificateNames(): readonly string[] {
    return this.token === null ? certificateNamesOf(this.#request.socket) : [];
  }

  get isLocal(): boolean {
    return isLocal(this.#request);
  }
}

/** Who has no need to say who it is: asks for what everybody may know. */
const whoever: Identity = { name: ANONYMOUS, may: nothing };

/** An answer that goes on for as long as its caller may have it. */
interface Held {
  readonly request: IncomingMessage;
  readonly face: Face;
  readonly may: Permissions;
}

/** What a proxy adds. It only ever takes trust away: whoever writes such a header by himself gains nothing. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

export class Callers {
  readonly #access: AccessControl;
  /** Without addresses, for answers that lie ready: one for each identity and face. */
  readonly #hasty = new WeakMap<Identity, Map<string, Caller>>();
  readonly #held = new Map<ServerResponse, Held>();
  readonly #unfollow: () => void;
  #latest: { readonly request: IncomingMessage; readonly face: Face; readonly identity: Identity } | null = null;

  constructor(access: AccessControl) {
    this.#access = access;
    this.#unfollow = access.follow(() => this.#endThoseWhoMayNot());
  }

  close(): void {
    this.#unfollow();
  }

  /** For a route that takes no right. */
  anybody(request: IncomingMessage, face: Face): Caller {
    return new RequestCaller(whoever, face.name, request);
  }

  /** Throws `unauthenticated`. */
  of(request: IncomingMessage, face: Face): Caller {
    return new RequestCaller(this.#identify(request, face), face.name, request);
  }

  /** Without its address; `null` for who has to be told that it is not known. */
  hastily(request: IncomingMessage, face: Face): Caller | null {
    let identity: Identity;
    try {
      identity = this.#identify(request, face);
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
  hold(request: IncomingMessage, response: ServerResponse, face: Face, { may }: Caller): void {
    if (this.#access.isOpen) return;
    // They may have changed while it was being made.
    if (!this.#stillMay(request, face, may)) return void response.socket?.destroy();
    this.#held.set(response, { request, face, may });
    response.once('close', () => this.#held.delete(response));
  }

  /** Asked first for an answer that may lie ready, and then on the ordinary way: found out once. */
  #identify(request: IncomingMessage, face: Face): Identity {
    if (this.#access.isOpen) return this.#access.identify(noCredentials);
    if (this.#latest?.request === request && this.#latest.face === face) return this.#latest.identity;
    const identity = this.#identifyAnew(request, face);
    this.#latest = { request, face, identity };
    return identity;
  }

  #identifyAnew(request: IncomingMessage, face: Face): Identity {
    const token = face.tokenIn === undefined ? bearerTokenIn(request.rawHeaders) : face.tokenIn(request);
    return this.#access.identify(new RequestCredentials(token, request));
  }

  /** Whoever still may comes back at once, and goes on where it was. */
  #endThoseWhoMayNot(): void {
    this.#latest = null;
    for (const [response, { request, face, may }] of this.#held) if (!this.#stillMay(request, face, may)) response.socket?.destroy();
  }

  #stillMay(request: IncomingMessage, face: Face, may: Permissions): boolean {
    const now = this.hastily(request, face);
    return now !== null && isSame(now.may, may);
  }
}

const noCredentials = { token: null, certificateNames: [], isLocal: false };

function isLocal({ socket, rawHeaders }: IncomingMessage): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  if (!isLoopback(address) || FORWARDING.some((name) => headerIn(rawHeaders, name) !== undefined)) return false;
  // A web page may have given a name of its own this address, and its visitor's browser asks from here.
  return isLoopback(hostNameIn(headerIn(rawHeaders, 'host')));
}
