/** Asks one other server one question: over udp from a port that nobody can guess, and by TCP where that is not enough. */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Clock } from '@rollcall/core';
import { readAnswer, readWholeAnswer, type Remembered } from './forwarded.js';
import { LENGTH_BYTES } from './limits.js';
import type { Upstream } from './messages.js';

const UDP_WITHIN_MS = 1000;
const TCP_WITHIN_MS = 2000;

/** Throws if there is no answer in time. */
export async function askUpstream(upstream: Upstream, question: Uint8Array, clock: Clock): Promise<Remembered> {
  const answer = await askByUdp(upstream, question, clock);
  return answer === 'cut' ? askByTcp(upstream, question, clock) : answer;
}

function askByUdp({ address, port }: Upstream, question: Uint8Array, clock: Clock): Promise<Remembered | 'cut'> {
  return new Promise((resolve, reject) => {
    // A new one for each question, and so a new port; connected, it hears nobody else, and at once if there is nobody.
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const settle = (work: () => void): void => {
      cancel();
      socket.removeAllListeners('message');
      socket.close();
      work();
    };
    const cancel = clock.after(UDP_WITHIN_MS, () => settle(() => reject(new Error('no answer in time'))));
    socket.once('error', (error) => settle(() => reject(error)));
    socket.on('message', (bytes) => {
      const answer = readAnswer(question, bytes);
      // Somebody guesses, or it is late: the right one may still come.
      if (answer !== 'wrong') settle(() => resolve(answer));
    });
    socket.connect(port, address, () => socket.send(question));
  });
}

function askByTcp({ address, port }: Upstream, question: Uint8Array, clock: Clock): Promise<Remembered> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    let came = Buffer.alloc(0);
    const settle = (work: () => void): void => {
      cancel();
      socket.destroy();
      work();
    };
    const fail = (reason: string): void => settle(() => reject(new Error(reason)));
    const cancel = clock.after(TCP_WITHIN_MS, () => fail('no answer in time'));
    socket.on('error', (error) => settle(() => reject(error)));
    socket.once('end', () => fail('it closed without an answer'));
    socket.once('connect', () => {
      const framed = Buffer.alloc(LENGTH_BYTES + question.length);
      framed.writeUInt16BE(question.length);
      framed.set(question, LENGTH_BYTES);
      socket.write(framed);
    });
    socket.on('data', (bytes: Buffer) => {
      came = Buffer.concat([came, bytes]);
      if (came.length < LENGTH_BYTES || came.length < LENGTH_BYTES + came.readUInt16BE(0)) return;
      const answer = readWholeAnswer(question, came.subarray(LENGTH_BYTES, LENGTH_BYTES + came.readUInt16BE(0)));
      if (answer === 'wrong') fail('what it answered is no answer to this');
      else settle(() => resolve(answer));
    });
  });
}
