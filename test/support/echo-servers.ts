/** Servers of gRPC that answer their name, and clients that count who answered. */
import type * as grpc from '@grpc/grpc-js';

/** Its versions differ in what is experimental only. */
export type Grpc = typeof grpc;

const asIs = (bytes: Buffer): Buffer => bytes;
const method = {
  path: '/test.Echo/Who',
  requestStream: false,
  responseStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;

export interface EchoServer {
  readonly name: string;
  readonly port: number;
  /** Calls that have begun, and calls that have ended. */
  readonly begun: number;
  /** At once, in the middle of whatever it does. */
  kill(): void;
  /** Takes nothing new, and ends when its calls have. */
  drain(): Promise<void>;
}

/** Answers its name, after as many milliseconds as it is asked for. */
export async function echoServer(grpc: Grpc, name: string, port = 0): Promise<EchoServer> {
  const server = new grpc.Server();
  let begun = 0;
  server.addService(
    { Who: method },
    {
      Who: (call: { readonly request: Buffer }, answer: (error: null, value: Buffer) => void) => {
        begun += 1;
        const delayMs = Number(call.request.toString() || '0');
        if (delayMs === 0) answer(null, Buffer.from(name));
        else setTimeout(() => answer(null, Buffer.from(name)), delayMs);
      },
    },
  );
  const bound = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, at) => (error === null ? resolve(at) : reject(error)));
  });
  return {
    name,
    port: bound,
    get begun() {
      return begun;
    },
    kill: () => server.forceShutdown(),
    drain: () => new Promise((resolve, reject) => server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)))),
  };
}

export interface EchoClient {
  /** Who answered; throws what grpc-js throws. */
  who(options?: { readonly delayMs?: number; readonly deadlineMs?: number }): Promise<string>;
  close(): void;
}

export function echoClient(grpc: Grpc, target: string, options: Readonly<Record<string, string | number>> = {}): EchoClient {
  const client = new grpc.Client(target, grpc.credentials.createInsecure(), options);
  return {
    who: ({ delayMs = 0, deadlineMs = 5000 } = {}) =>
      new Promise((resolve, reject) => {
        const deadline = new Date(Date.now() + deadlineMs);
        client.makeUnaryRequest(method.path, asIs, asIs, Buffer.from(String(delayMs)), { deadline }, (error, value) =>
          error === null ? resolve(value?.toString() ?? '') : reject(error),
        );
      }),
    close: () => client.close(),
  };
}

/** How often each answered. */
export async function tally(client: EchoClient, calls: number): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (let at = 0; at < calls; at++) {
    const name = await client.who();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
