/** The way to one member of an etcd. */
import type { Clock } from '@rollcall/client';
import type { EtcdCall, EtcdStreamCall } from '@rollcall/wire';
import type { EtcdGrpcModule, GrpcClient, GrpcMetadata, MessageStream } from './grpc-module.js';

/** A connection that is silent for so long is asked whether it lives; etcd takes no more than one question in five seconds. */
const PING_AFTER_MS = 6_000;
const PONG_WITHIN_MS = 3_000;

/** A member that comes back is found again within about a second. */
const RECONNECT_FIRST_MS = 100;
const RECONNECT_MAX_MS = 1_000;

const UNLIMITED = -1;

export class Connection {
  readonly #client: GrpcClient;
  readonly #metadata: (token: string | null) => GrpcMetadata;
  readonly #clock: Clock;

  constructor(grpc: EtcdGrpcModule, address: string, credentials: unknown, clock: Clock) {
    this.#clock = clock;
    const options = {
      'grpc.keepalive_time_ms': PING_AFTER_MS,
      'grpc.keepalive_timeout_ms': PONG_WITHIN_MS,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_FIRST_MS,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
      'grpc.max_receive_message_length': UNLIMITED,
      // No configuration is looked up in DNS.
      'grpc.service_config_disable_resolution': 1,
    };
    this.#client = new grpc.Client(address, credentials as never, options as never);
    this.#metadata = (token) => {
      const metadata = new grpc.Metadata();
      if (token !== null) metadata.set('token', token);
      return metadata;
    };
  }

  /** Throws what grpc-js throws. */
  ask<Request, Answer>(
    { path, write, read }: EtcdCall<Request, Answer>,
    request: Request,
    token: string | null,
    withinMs: number,
  ): Promise<Answer> {
    const options = { deadline: this.#clock.wallMs() + withinMs };
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        (asked: Request) => bufferOf(write(asked)),
        read,
        request,
        this.#metadata(token) as never,
        options,
        (error, answer) => {
          if (error !== null) reject(error);
          else resolve(answer as Answer);
        },
      );
    });
  }

  open<Answer>({ path, read }: EtcdStreamCall<Answer>, token: string | null): MessageStream<Answer> {
    const metadata = this.#metadata(token);
    // A member that has lost the others would keep a stream open, and silent.
    metadata.set('hasleader', 'true');
    return this.#client.makeBidiStreamRequest(path, bufferOf, read, metadata as never);
  }

  close(): void {
    this.#client.close();
  }
}

/** As grpc-js wants it: the same bytes. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
