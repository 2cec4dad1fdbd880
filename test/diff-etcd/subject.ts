/** Whoever answers as an etcd: a real one over its wire, or the face itself, without one. */
import { Client, credentials, Metadata, status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { everything, type Caller } from '@rollcall/core';
import { etcd, type Message } from '@rollcall/wire';
import type { GrpcCall, GrpcFace, GrpcOutlet, GrpcStreamMethod, GrpcUnaryMethod } from 'rollcall/parts';

export interface Refusal {
  readonly status: string;
  readonly message: string;
}

export type Outcome<Response> = { readonly response: Response } | { readonly refusal: Refusal };

/** A method, and what it talks of. */
export interface Call<Request, Response> {
  readonly path: string;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
}

export interface Stream<Request> {
  send(request: Request): void;
  end(): void;
}

export interface Subject {
  readonly name: string;
  ask<Request, Response>(call: Call<Request, Response>, request: Request): Promise<Outcome<Response>>;
  open<Request, Response>(
    call: Call<Request, Response>,
    heard: (response: Response) => void,
    failed: (refusal: Refusal) => void,
  ): Stream<Request>;
  close(): void;
}

export const calls = {
  watch: { path: '/etcdserverpb.Watch/Watch', request: etcd.watchRequest, response: etcd.watchResponse },
  keepAlive: { path: '/etcdserverpb.Lease/LeaseKeepAlive', request: etcd.leaseKeepAliveRequest, response: etcd.leaseKeepAliveResponse },
} as const;

/** Anything that speaks gRPC at an address. */
export class RemoteSubject implements Subject {
  readonly name: string;
  readonly #client: Client;

  constructor(endpoint: string) {
    this.name = endpoint;
    this.#client = new Client(endpoint, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
  }

  ask<Request, Response>({ path, request, response }: Call<Request, Response>, asked: Request): Promise<Outcome<Response>> {
    return new Promise((answered) => {
      const encode = (value: Request): Buffer => Buffer.from(request.encode(value));
      const decode = (bytes: Buffer): Response => response.decode(bytes);
      this.#client.makeUnaryRequest(path, encode, decode, asked, new Metadata(), (error, value) => {
        answered(error === null ? { response: value as Response } : { refusal: refusalOf(error) });
      });
    });
  }

  open<Request, Response>(
    { path, request, response }: Call<Request, Response>,
    heard: (response: Response) => void,
    failed: (refusal: Refusal) => void,
  ): Stream<Request> {
    const encode = (value: Request): Buffer => Buffer.from(request.encode(value));
    const decode = (bytes: Buffer): Response => response.decode(bytes);
    const stream: ClientDuplexStream<Request, Response> = this.#client.makeBidiStreamRequest(path, encode, decode);
    stream.on('data', heard);
    stream.on('error', (error: ServiceError) => {
      if (error.code !== status.CANCELLED) failed(refusalOf(error));
    });
    return { send: (message) => void stream.write(message), end: () => stream.cancel() };
  }

  close(): void {
    this.#client.close();
  }
}

function refusalOf({ code, details }: ServiceError): Refusal {
  return { status: status[code], message: details };
}

const caller: Caller = { identity: 'diff', may: everything, from: '127.0.0.1', face: 'etcd' };

/** The face, asked as the door asks it. What was encoded is decoded: what is compared has been on the wire. */
export class FaceSubject implements Subject {
  readonly name = 'the face';
  readonly #face: GrpcFace;

  constructor(face: GrpcFace) {
    this.#face = face;
  }

  async ask<Request, Response>({ path, request, response }: Call<Request, Response>, asked: Request): Promise<Outcome<Response>> {
    const method = this.#method(path) as GrpcUnaryMethod;
    try {
      const answer = await method.handle(method.request.decode(request.encode(asked)), callUntil(new AbortController()));
      return { response: response.decode(method.response.encode(answer)) };
    } catch (error) {
      return { refusal: this.#refusal(error) };
    }
  }

  open<Request, Response>(
    { path, request, response }: Call<Request, Response>,
    heard: (response: Response) => void,
    failed: (refusal: Refusal) => void,
  ): Stream<Request> {
    const method = this.#method(path) as GrpcStreamMethod;
    const ending = new AbortController();
    const outlet: GrpcOutlet<unknown> = {
      waitingBytes: 0,
      write: (message) => heard(response.decode(method.response.encode(message))),
      writeEncoded: (bytes) => heard(response.decode(bytes)),
      whenTaken: (listener) => listener(),
      end: () => undefined,
      fail: (error) => failed(this.#refusal(error)),
    };
    const inlet = method.open(outlet, callUntil(ending));
    let received: Promise<void> = Promise.resolve();
    return {
      send(message) {
        const bytes = request.encode(message);
        received = received.then(() => inlet.received(method.request.decode(bytes))).catch((error: unknown) => outlet.fail(error));
      },
      end() {
        ending.abort();
        inlet.closed();
      },
    };
  }

  close(): void {
    return undefined;
  }

  #method(path: string): GrpcFace['methods'][number] {
    const method = this.#face.methods.find((one) => one.path === path);
    if (method === undefined) throw new Error(`The face has no ${path}.`);
    return method;
  }

  #refusal(error: unknown): Refusal {
    const { status: name, message } = this.#face.failed(error);
    return { status: name, message };
  }
}

function callUntil({ signal }: AbortController): GrpcCall {
  return { caller, metadata: { get: () => undefined }, signal };
}
