/** What Node's udp can do at most: every datagram goes back to where it came from, with the bit that makes it an answer. */
import { createSocket } from 'node:dgram';
import { answerQuestions } from '../support/child.js';

export interface UdpEchoAnswer {
  readonly port: number;
}

answerQuestions(async (_question: null): Promise<UdpEchoAnswer> => {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.on('message', (bytes, { port, address }) => {
    bytes[2] = (bytes[2] ?? 0) | 0x80;
    socket.send(bytes, port, address);
  });
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  return { port: socket.address().port };
});
