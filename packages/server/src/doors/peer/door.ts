/** The peer door: sockets, how nodes know each other there, limits, closing. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { isLoopback, isRollcallError, RollcallError, type Clock, type Log, type Meter } from '@rollcall/core';
import { errorOnWire, peerHeaders } from '../../shared/peer-protocol.js';
import { PSK_CIPHERS, WITHOUT_TICKETS, type PeerTrust, type TrustMaterial } from '../../shared/peer-trust.js';
import { Seldom } from '../../shared/seldom.js';
import { Bodies } from './body.js';
import { PeerHandler, routeOf, statusOf, type PeerHouse } from './handler.js';
import {
  COMPLAINT_EVERY_MS,
  CONNECTIONS_MAX,
  GOODBYE_MS_MAX,
  HANDSHAKE_MS_MAX,
  HEAD_BYTES_MAX,
  HEAD_MS_MAX,
  IDLE_MS_MAX,
  REQUEST_MS_MAX,
  SLOW_LOOK_MS,
} from './limits.js';
import { peerDoorMeters, type PeerDoorMeters } from './meters.js';

export interface PeerDoorOptions {
  readonly house: PeerHouse;
  readonly trust: PeerTrust;
  readonly bind: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** How long a request may take to arrive, and how often that is looked at. Left out: what limits.ts says. */
  readonly patience?: { readonly headMs: number; readonly requestMs: number; readonly lookMs: number };
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

export class PeerDoor {
  readonly #options: PeerDoorOptions;
  readonly #handler: PeerHandler;
  readonly #bodies = new Bodies();
  readonly #server: Server;
  readonly #seldom: Seldom;
  readonly #meters: PeerDoorMeters;
  /** By which secret each connection was let in; `null` where there is none. */
  readonly #connections = new Map<Socket, string | null>();
  #keyIds = new WeakMap<Socket, string | null>();
  #unfollow: () => void = () => undefined;
  #draining = false;

  constructor(options: PeerDoorOptions) {
    this.#options = options;
    this.#handler = new PeerHandler(options.house);
    this.#seldom = new Seldom(options.log, options.clock, COMPLAINT_EVERY_MS);
    this.#meters = peerDoorMeters(options.meter);
    this.#server = this.#createServer(options);
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => void this.#handle(request, response));
    this.#server.on('clientError', (_error, socket) => {
      // Also for a node that speaks TLS where none is: so it finds out.
      if (socket.writable) socket.end(NONSENSE, () => socket.destroy());
      else socket.destroy();
    });
  }

  /** Only after the start. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
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
    this.#unfollow = this.#options.trust.follow(() => this.#renew());
  }

  /** From now on every answer says that its connection ends with it. */
  drain(): void {
    this.#draining = true;
  }

  /** Finishes the requests that are being answered. */
  async close(): Promise<void> {
    this.drain();
    this.#unfollow();
    if (!this.#server.listening) return;
    const cancel = this.#options.clock.after(GOODBYE_MS_MAX, () => this.#server.closeAllConnections());
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
    cancel();
  }

  #createServer({ trust, patience }: PeerDoorOptions): Server {
    const { headMs, requestMs, lookMs } = patience ?? { headMs: HEAD_MS_MAX, requestMs: REQUEST_MS_MAX, lookMs: SLOW_LOOK_MS };
    const settings = {
      noDelay: true,
      requestTimeout: requestMs,
      headersTimeout: headMs,
      connectionsCheckingInterval: lookMs,
      keepAliveTimeout: IDLE_MS_MAX,
      maxHeaderSize: HEAD_BYTES_MAX,
    };
    const handle = (request: IncomingMessage, response: ServerResponse): void => void this.#handle(request, response);
    if (trust.material.kind === 'none') {
      return createServer(settings, handle).on('connection', (socket: Socket) => this.#connected(socket, null));
    }
    const secure = createSecureServer({ ...settings, ...this.#tlsOptions(trust.material) }, handle);
    secure.on('secureConnection', (socket) => this.#secured(socket));
    secure.on('tlsClientError', (error, socket) => this.#failedHandshake(error, socket));
    return secure;
  }

  #tlsOptions(material: TrustMaterial): TlsOptions {
    const usual: TlsOptions = { handshakeTimeout: HANDSHAKE_MS_MAX, secureOptions: WITHOUT_TICKETS };
    // Who is not believed is turned away by `#secured`, where it can still be said from where it came.
    if (material.kind === 'certificates') return { ...usual, ...material.context, requestCert: true, rejectUnauthorized: false };
    return {
      ...usual,
      ciphers: PSK_CIPHERS,
      minVersion: 'TLSv1.3',
      pskCallback: (socket, identity) => {
        const found = this.#keys().find(({ id }) => id === identity);
        this.#keyIds.set(socket, found?.id ?? null);
        return found?.key ?? null;
      },
    };
  }

  #keys(): Extract<TrustMaterial, { readonly kind: 'secret' }>['keys'] {
    const { material } = this.#options.trust;
    return material.kind === 'secret' ? material.keys : [];
  }

  /** Nobody is answered who did not get through here. */
  #secured(socket: TLSSocket): void {
    if (this.#options.trust.material.kind === 'certificates') {
      if (socket.authorized) return this.#connected(socket, null);
      return this.#turnAway(socket, `its certificate is not believed: ${String(socket.authorizationError)}`);
    }
    const keyId = this.#keyIds.get(socket) ?? null;
    if (keyId === null) this.#turnAway(socket, 'it has not proved that it has the secret');
    else this.#connected(socket, keyId);
  }

  #connected(socket: Socket, keyId: string | null): void {
    this.#connections.set(socket, keyId);
    socket.once('close', () => this.#connections.delete(socket));
  }

  /** Those who came in by a secret that is none any more have to show another one. */
  #renew(): void {
    const { material } = this.#options.trust;
    if (material.kind === 'certificates') (this.#server as SecureServer).setSecureContext(material.context);
    if (material.kind !== 'secret') return;
    const ids = new Set(material.keys.map(({ id }) => id));
    for (const [socket, keyId] of this.#connections) if (keyId !== null && !ids.has(keyId)) socket.destroy();
  }

  #failedHandshake({ code = '' }: NodeJS.ErrnoException, socket: TLSSocket): void {
    if (this.#keyIds.get(socket) === null) return this.#turnAway(socket, 'its secret is not one of --peer-secret-file');
    // Half a handshake, as whoever looks for open ports makes them, is not worth a line.
    if (code === 'ECONNRESET') return void socket.destroy();
    this.#turnAway(socket, reasons[code] ?? code);
  }

  #turnAway(socket: TLSSocket, reason: string): void {
    const { remoteAddress: from } = socket;
    socket.destroy();
    this.#meters.turnedAway.add();
    this.#seldom.warn('somebody who is no peer was turned away at the peer door', { from, reason });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#connections.has(request.socket)) return void request.socket.destroy();
    const { method = '', url: path = '' } = request;
    const count = (outcome: 'done' | 'refused' | 'failed'): void => this.#meters.requests(routeOf(method, path), outcome).add();
    try {
      const head = { method, path, protocol: header(request, 'protocol'), from: header(request, 'from'), to: header(request, 'to') };
      this.#checkHost(request);
      this.#handler.admit(head);
      const body = await this.#bodies.read(request);
      this.#send(response, 200, await this.#handler.answer({ ...head, body }));
      count('done');
    } catch (error) {
      const isRefusal = isRollcallError(error);
      const known = isRefusal ? error : new RollcallError('internal', 'A fault in Rollcall itself; its log says more.');
      count(isRefusal ? 'refused' : 'failed');
      if (!isRefusal)
        this.#seldom.warn('the peer door failed', { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      else if (error.code === 'invalid-request') {
        this.#seldom.warn('another node says what is not understood here', { from: header(request, 'from') ?? '', reason: error.message });
      }
      // What is left of a long body is not waited for.
      if (!request.complete) response.shouldKeepAlive = false;
      this.#send(response, statusOf(known), JSON.stringify({ error: errorOnWire(known) }));
    }
  }

  /** Without a secret, a web page that has its own name lead to this machine could ask; it names that one, and no other. */
  #checkHost({ headers }: IncomingMessage): void {
    if (this.#options.trust.material.kind !== 'none') return;
    const host = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    if (headers.origin === undefined && isLoopback(host)) return;
    throw new RollcallError('host-not-allowed', 'This door is for nodes of the same cluster on this machine.');
  }

  #send(response: ServerResponse, status: number, text: string): void {
    if (response.headersSent || response.destroyed) return;
    if (this.#draining) response.shouldKeepAlive = false;
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  }
}

/** What OpenSSL calls some mistakes that people make. */
const reasons: Readonly<Record<string, string>> = {
  ERR_SSL_HTTP_REQUEST: 'it speaks no TLS',
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: 'it shows no secret',
  ERR_SSL_BINDER_DOES_NOT_VERIFY: 'it does not have the secret that it names',
};

const NONSENSE = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

function header({ headers }: IncomingMessage, name: keyof typeof peerHeaders): string | undefined {
  const value = headers[peerHeaders[name]];
  return typeof value === 'string' ? value : undefined;
}
