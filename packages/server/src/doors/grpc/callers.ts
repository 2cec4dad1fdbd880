/** Who asks over gRPC: by the token that the face finds, by the certificate of the connection, or by where he is. */
import type { Socket } from 'node:net';
import {
  ANONYMOUS,
  demandRightSomewhere,
  isLoopback,
  isSame,
  nothing,
  type AccessControl,
  type Caller,
  type Credentials,
  type Identity,
} from '@rollcall/core';
import { certificateNamesOf } from '../../shared/certificate-names.js';
import type { GrpcFace, GrpcMethod } from '../../shared/grpc-face.js';
import { hostNameIn } from '../../shared/http-headers.js';
import type { RequestHead } from './head.js';

const whoever: Identity = { name: ANONYMOUS, may: nothing };

/** What a proxy adds; it only ever takes trust away. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

/** Those who ask over one connection: the same head is the same caller, until the rules change. */
export class Callers {
  readonly #access: AccessControl;
  readonly #face: Pick<GrpcFace, 'name' | 'tokenIn'>;
  readonly #socket: Socket;
  readonly #from: string;
  #known: WeakMap<RequestHead, Caller> = new WeakMap();

  constructor(access: AccessControl, face: Pick<GrpcFace, 'name' | 'tokenIn'>, socket: Socket) {
    this.#access = access;
    this.#face = face;
    this.#socket = socket;
    this.#from = socket.remoteAddress ?? '';
  }

  /** Throws `unauthenticated` for whom nobody knows, and for who has the right nowhere. */
  of(head: RequestHead, { right }: Pick<GrpcMethod, 'right'>): Caller {
    if (right === 'none') return this.#named(whoever);
    const caller = this.#identified(head);
    demandRightSomewhere(caller, right);
    return caller;
  }

  /** The rules have changed. */
  forget(): void {
    this.#known = new WeakMap();
  }

  /** What this caller was allowed he is allowed still. */
  stillMay(head: RequestHead, { right }: Pick<GrpcMethod, 'right'>, { may }: Caller): boolean {
    try {
      return isSame(this.of(head, { right }).may, may);
    } catch {
      return false;
    }
  }

  #identified(head: RequestHead): Caller {
    const known = this.#known.get(head);
    if (known !== undefined) return known;
    const caller = this.#named(this.#access.identify(this.#credentials(head)));
    this.#known.set(head, caller);
    return caller;
  }

  #named({ name, may }: Identity): Caller {
    return { identity: name, may, from: this.#from, face: this.#face.name };
  }

  #credentials(head: RequestHead): Credentials {
    const token = this.#face.tokenIn(head);
    return {
      token,
      certificateNames: token === null ? certificateNamesOf(this.#socket) : [],
      isLocal: this.#isLocal(head),
    };
  }

  /** Clients of etcd name all sorts of things as the authority, but a page in a browser cannot speak gRPC at all. */
  #isLocal(head: RequestHead): boolean {
    if (!isLoopback(this.#from.replace(/^::ffff:/i, '')) || FORWARDING.some((name) => head.get(name) !== undefined)) return false;
    return head.isGrpc || isLoopback(hostNameIn(head.authority));
  }
}
