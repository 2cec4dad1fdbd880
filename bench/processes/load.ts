/** The load, in a process of its own, so that it never takes the event loop of what it measures. */
import { answerQuestions } from '../support/child.js';
import { connectFramed } from '../support/framed.js';
import { connectGrpc } from '../support/grpc.js';
import { runLoad, type Load, type LoadResult } from '../support/load.js';

export interface LoadQuestion {
  readonly wire: 'framed' | 'grpc';
  readonly port: number;
  /** Connections, where the wire is gRPC. */
  readonly sessions: number;
  readonly load: Load;
}

answerQuestions(async ({ wire, port, sessions, load }: LoadQuestion): Promise<LoadResult> => {
  const client = wire === 'framed' ? await connectFramed(port) : await connectGrpc(port, sessions);
  try {
    return await runLoad(load, client.put);
  } finally {
    client.close();
  }
});
