/**
 * The gRPC door: one port for gRPC, with TLS or without, and for the HTTP of those who do not speak it. What a connection
 * begins with says which it is.
 */
import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createSecureServer, type SecureContextOptions, type Server as SecureServer, type TlsOptions } from 'node:tls';
import { RollcallError, type AccessControl, type Clock, type Load, type Meter, type Metric, type Random } from '@rollcall/core';
import { PREFACE } from '@rollcall/wire';
import { Admission } from '../../shared/admission.js';
import type { GrpcFace } from '../../shared/grpc-face.js';
import type { Desk } from './desk.js';
import { FIRST_WORD_MS_MAX, GOODBYE_MS_MAX, HANDSHAKE_MS_MAX, LOOK_MS, SURPLUS_CONNECTIONS_MAX } from './limits.js';
import { Peer } from './peer.js';
import { PlainExchange } from './plain.js';
import { Tally } from './tally.js';

export interface GrpcDoorOptions {
  readonly face: GrpcFace;
  readonly bind: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly connectionsMax: number;
  /** Left out: none. */
  readonly tls?: { readonly context: SecureContextOptions; readonly asksForCertificates: boolean } | null;
  readonly access: AccessControl;
  /** Takes connections of HTTP/1.1; what arrived of them is in them. */
  readonly plain: (connection: Duplex) => void;
  /** Told of whom was refused because of what it may not. Left out: nobody is. */
  readonly refused?: Desk['refused'];
  /** Asked for every call: must be cheap. */
  readonly load: () => Load;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
}

/** As much of a beginning as is needed to tell: no method of HTTP/1.1 begins so. */
const TELLING = PREFACE.slice(0, 4);

export class GrpcDoor {
  readonly #options: GrpcDoorOptions;
  readonly #desk: Desk;
  readonly #server: Server;
  /** The same one, where it speaks TLS. */
  readonly #secure: SecureServer | null;
  readonly #peers = new Set<Peer>();
  /** Those who have not said yet what they speak. */
  readonly #silent = new Set<Socket>();
  readonly #unfollow: () => void;
  #cancelLook: () => void = () => undefined;
  #isDraining = false;
  #whenEmpty: () => void = () => undefined;

  constructor(options: GrpcDoorOptions) {
    this.#options = options;
    const { face, meter, tls = null } = options;
    this.#desk = {
      ...options,
      methods: new Map(face.methods.map((method) => [method.path, method])),
      tally: new Tally(face.name, face.methods, meter),
      admission: new Admission(options),
      unfinished: { bytes: 0 },
      refused: options.refused,
    };
    const { connections, streams } = gaugesOf(face.name);
    meter.gauge(connections, () => this.#peers.size);
    meter.gauge(streams, () => [...this.#peers].reduce((sum, peer) => sum + peer.streams, 0));
    const take = (socket: Socket): void => this.#take(socket);
    this.#secure = tls === null ? null : createSecureServer({ ...secured(tls), noDelay: true }, take);
    this.#server = this.#secure ?? createServer({ noDelay: true }, take);
    this.#secure?.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#server.maxConnections = options.connectionsMax + SURPLUS_CONNECTIONS_MAX;
    this.#unfollow = options.access.follow(() => this.#judgeAnew());
  }

  /** `host:port` as a URL has it. Only after the start. */
  get address(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  }

  /** From now on, for new connections; those that are open stay. */
  secure({ context }: { readonly context: SecureContextOptions }): void {
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
    this.#lookLater();
  }

  /** Whoever is there is told to go elsewhere; what goes on ends, and what was asked is answered. */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    for (const peer of this.#peers) peer.leave(leaving());
    for (const socket of this.#silent) socket.destroy();
  }

  /** Finishes the calls that are being answered. */
  async close(): Promise<void> {
    this.drain();
    this.#unfollow();
    this.#cancelLook();
    if (!this.#server.listening) return;
    const { clock } = this.#options;
    const cancel = clock.after(GOODBYE_MS_MAX, () => {
      for (const peer of this.#peers) peer.destroy();
    });
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    if (this.#peers.size > 0) await new Promise<void>((resolve) => (this.#whenEmpty = resolve));
    cancel();
    await closed;
  }

  #take(socket: Socket): void {
    this.#silent.add(socket);
    const cancelTimeout = this.#options.clock.after(FIRST_WORD_MS_MAX, () => socket.destroy());
    const cancel = (): void => {
      this.#silent.delete(socket);
      cancelTimeout();
    };
    const failed = (): void => void socket.destroy();
    socket.on('error', failed);
    socket.once('close', cancel);
    socket.once('data', (chunk: Buffer) => {
      cancel();
      socket.pause();
      socket.off('error', failed);
      const beginning = chunk.toString('latin1', 0, TELLING.length);
      // Whoever says less than that at once speaks nothing that we do.
      if (beginning === TELLING) this.#welcome(socket);
      else this.#options.plain(socket);
      socket.unshift(chunk);
      socket.resume();
    });
  }

  #welcome(socket: Socket): void {
    const { plain, access, connectionsMax } = this.#options;
    const peer = new Peer(socket, {
      desk: this.#desk,
      access,
      plain: (head, stream) => new PlainExchange(head, stream, plain),
      gone: (gone) => this.#gone(gone),
    });
    this.#peers.add(peer);
    if (this.#isDraining || this.#peers.size > connectionsMax) peer.leave(leaving());
  }

  #gone(peer: Peer): void {
    this.#peers.delete(peer);
    if (this.#peers.size === 0) this.#whenEmpty();
  }

  #lookLater(): void {
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => {
      for (const peer of this.#peers) peer.look();
      this.#lookLater();
    });
  }

  #judgeAnew(): void {
    const error = new RollcallError('unauthenticated', 'What this caller may do has changed; ask again.');
    for (const peer of this.#peers) peer.judgeAnew(error);
  }
}

function leaving(): RollcallError {
  return new RollcallError('not-ready', 'This node is stopping, or has too many connections; ask another one.');
}

function gaugesOf(face: string): { readonly connections: Metric; readonly streams: Metric } {
  return {
    connections: { name: `rollcall_${face}_connections`, kind: 'gauge', help: 'Open connections of gRPC.' },
    streams: { name: `rollcall_${face}_streams`, kind: 'gauge', help: 'Calls over gRPC that go on: watches, leases that are kept.' },
  };
}

function secured({ context, asksForCertificates }: NonNullable<GrpcDoorOptions['tls']>): TlsOptions {
  return {
    ...context,
    ALPNProtocols: ['h2', 'http/1.1'],
    requestCert: asksForCertificates,
    // Who shows a certificate that is not believed is let in to be told so.
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_MS_MAX,
  };
}
