/** As much of `@grpc/grpc-js` as it takes to talk to an etcd: 1.12, 1.13 and 1.14 have it alike. */
import type { GrpcModule } from '../index.js';

export interface EtcdGrpcModule extends GrpcModule {
  readonly Metadata: new () => GrpcMetadata;
  readonly Client: new (address: string, credentials: never, options?: never) => GrpcClient;
  readonly credentials: {
    createInsecure(): unknown;
    createSsl(authorities?: never, key?: never, certificate?: never): unknown;
  };
}

export interface GrpcMetadata {
  set(key: string, value: string): void;
}

/** What grpc-js throws and answers with. */
export interface GrpcError extends Error {
  readonly code: number;
  readonly details: string;
}

export interface MessageStream<Answer> {
  write(message: Uint8Array): boolean;
  cancel(): void;
  on(event: 'data', listener: (answer: Answer) => void): unknown;
  on(event: 'error', listener: (error: GrpcError) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}

export interface GrpcClient {
  // One overload of several; the others are not called.
  makeUnaryRequest<Request, Answer>(
    path: string,
    write: (request: Request) => Buffer,
    read: (bytes: Buffer) => Answer,
    request: Request,
    metadata: never,
    options: { readonly deadline: number },
    callback: (error: GrpcError | null, answer?: Answer) => void,
  ): unknown;
  makeBidiStreamRequest<Answer>(
    path: string,
    write: (message: Uint8Array) => Buffer,
    read: (bytes: Buffer) => Answer,
    metadata: never,
  ): MessageStream<Answer>;
  close(): void;
}
