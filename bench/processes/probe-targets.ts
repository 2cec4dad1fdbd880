/** What is probed: one page at every address of 127.0.0.0/24, and ports that are there until this process is killed. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { answerQuestions } from '../support/child.js';

/** How many ports are to be opened. The page has one, at all addresses. */
export interface TargetsQuestion {
  readonly open: number;
}

/** As little as a page can be: what is measured is whoever asks. */
const PAGE = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';
/** Thousands knock within a second; Linux takes its own bound where that is less. */
const BACKLOG = 4_096;

answerQuestions(({ open }: TargetsQuestion): Promise<readonly number[]> => Promise.all(Array.from({ length: open }, openPage)));

async function openPage(): Promise<number> {
  const server: Server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(PAGE));
  });
  server.listen({ host: '0.0.0.0', port: 0, backlog: BACKLOG });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
