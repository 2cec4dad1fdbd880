/** The way to one member of the cluster. */
import { Client, Metadata, type ChannelCredentials, type ClientDuplexStream } from '@grpc/grpc-js';
import type { Clock } from '@rollcall/core';
import type { EtcdCall, EtcdStreamCall } from '@rollcall/wire';

/** A connection that is silent for so long is asked whether it lives; etcd takes no more than one question in five seconds. */
const PING_AFTER_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

/** A member that comes back is found again within about a second. */
const RECONNECT_FIRST_MS = 100;
const RECONNECT_MAX_MS = 1_000;

const UNLIMITED = -1;

export type MessageStream<Answer> = ClientDuplexStream<Uint8Array, Answer>;

export class Connection {
  readonly address: string;
  readonly #client: Client;
  readonly #clock: Clock;

  constructor(address: string, credentials: ChannelCredentials, clock: Clock) {
    this.address = address;
    this.#clock = clock;
    this.#client = new Client(address, credentials, {
      'grpc.keepalive_time_ms': PING_AFTER_MS,
      'grpc.keepalive_timeout_ms': PONG_WITHIN_MS,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_FIRST_MS,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
      'grpc.max_receive_message_length': UNLIMITED,
      'grpc.max_send_message_length': UNLIMITED,
      // Answers to questions of this cluster: no configuration is looked up in DNS.
      'grpc.service_config_disable_resolution': 1,
    });
  }

  /** Throws what grpc-js throws. */
  ask<Request, Answer>(
    { path, write, read }: EtcdCall<Request, Answer>,
    request: Request,
    token: string | null,
    withinMs: number,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { deadline: this.#clock.wallMs() + withinMs };
      this.#client.makeUnaryRequest(
        path,
        (asked: Request) => bufferOf(write(asked)),
        read,
        request,
        metadataOf(token),
        options,
        (error, answer) => {
          if (error !== null) reject(error);
          else resolve(answer as Answer);
        },
      );
    });
  }

  open<Answer>({ path, read }: EtcdStreamCall<Answer>, token: string | null): MessageStream<Answer> {
    const metadata = metadataOf(token);
    // A member that has lost the others would keep a watch open, and silent.
    metadata.set('hasleader', 'true');
    return this.#client.makeBidiStreamRequest(path, bufferOf, read, metadata);
  }

  close(): void {
    this.#client.close();
  }
}

function metadataOf(token: string | null): Metadata {
  const metadata = new Metadata();
  if (token !== null) metadata.set('token', token);
  return metadata;
}

/** As grpc-js wants it: the same bytes. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
