/** Connections that go over to node:http, on real sockets: with bytes that were read already, and in the middle of a request. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesIn } from '../../../../../../test/support/certificates.js';
import { describeWith } from '../../../../../../test/support/program.js';
import { readTls } from '../tls.js';
import { recordingDoor, type Recording } from './recording-door.fixture.js';

const get = 'GET /a HTTP/1.1\r\nhost: localhost\r\n\r\n';
const pieces = 'PUT /b HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n';
const last = 'GET /c HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
const answers = ['GET /a ', 'PUT /b abcdef', 'GET /c '];

/** Each packet is sent when so many answers have come. */
type Packets = readonly (readonly [after: number, text: string])[];

const cases: readonly (readonly [string, Packets])[] = [
  ['all at once', [[0, get + pieces + last]]],
  [
    'one after the other',
    [
      [0, get],
      [1, pieces],
      [2, last],
    ],
  ],
  [
    'with half of a head behind an answer',
    [
      [0, get + pieces.slice(0, 20)],
      [1, pieces.slice(20) + last],
    ],
  ],
  [
    'with half of a body behind an answer',
    [
      [0, get + pieces.slice(0, -12)],
      [1, pieces.slice(-12) + last],
    ],
  ],
  [
    'half of a head alone',
    [
      [0, get],
      [1, pieces.slice(0, 5)],
      [1, pieces.slice(5)],
      [2, last],
    ],
  ],
  [
    'the last one in halves',
    [
      [0, get],
      [1, pieces + last.slice(0, 9)],
      [2, last.slice(9)],
    ],
  ],
];

async function exchange(socket: Socket, packets: Packets): Promise<string[]> {
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
  const closed = once(socket, 'close');
  const bodies = (): string[] => [...text.matchAll(/\r\n\r\n([A-Z]+ [^\n]*)\n/g)].map(([, body = '']) => body);
  for (const [after, packet] of packets) {
    while (bodies().length < after) await once(socket, 'data');
    socket.write(packet);
    // A packet of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closed;
  return bodies();
}

describe('on a socket', () => {
  let opened: Recording;
  beforeAll(async () => {
    opened = recordingDoor();
    await opened.door.start();
  });
  afterAll(() => opened.door.close());

  it.each(cases)('%s', async (_what, packets) => {
    const socket = connect(Number(opened.door.address.split(':')[1]), '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    expect(await exchange(socket, packets)).toEqual(answers);
  });

  it('bodies larger than what is read at once come through, here and there', async () => {
    const body = 'x'.repeat(700_000);
    const plain = `PUT /b HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(Number(opened.door.address.split(':')[1]), '127.0.0.1');
    opened.seen.length = 0;
    await exchange(socket, [[0, plain + plain.replace('PUT', 'PATCH').replace('content-length', 'Content-Length') + pieces + last]]);
    expect(new Set(opened.seen.map(({ method, body: { length } }) => `${method} ${length}`))).toEqual(
      new Set([`PUT ${body.length}`, `PATCH ${body.length}`, 'PUT 6', 'GET 0']),
    );
  });
});

describeWith(['openssl'], 'over TLS', () => {
  let directory: string;
  let ca: Buffer;
  let opened: Recording;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
    const { selfSigned, signed } = certificatesIn(directory);
    selfSigned('ca', '/CN=test authority');
    await signed('server', '/CN=one', 'DNS:localhost');
    ca = await readFile(join(directory, 'ca.crt'));
    const paths = { tlsCert: join(directory, 'server.crt'), tlsKey: join(directory, 'server.key'), tlsClientCa: null };
    opened = recordingDoor({ tls: await readTls(paths, 0) });
    await opened.door.start();
  }, 60_000);
  afterAll(async () => {
    await opened.door.close();
    await rm(directory, { recursive: true, force: true });
  });

  it.each(cases)('%s', async (_what, packets) => {
    const socket = connectSecurely({ port: Number(opened.door.address.split(':')[1]), host: '127.0.0.1', servername: 'localhost', ca });
    await once(socket, 'secureConnect');
    expect(await exchange(socket, packets)).toEqual(answers);
  });
});
