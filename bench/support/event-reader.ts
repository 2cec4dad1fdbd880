/** Reads an event stream, line by line, over a bare socket. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Told of whole lines as they come. The answer hangs up. */
export async function readEvents(port: number, path: string, told: (text: string) => void): Promise<() => void> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`);
  await once(socket, 'data');
  socket.setEncoding('utf8');
  // An id that falls between two pieces would be overlooked: the last line is kept.
  let rest = '';
  socket.on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    told(lines.join('\n'));
  });
  return () => socket.destroy();
}
