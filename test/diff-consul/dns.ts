/** A question of DNS, and its answer as text that can be compared. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { decodeMessage, formatName, headerFlags, parseName, rcodes, recordTypes, type DnsMessage, type DnsRecord } from '@rollcall/wire';
import type { Found, Lookup } from './step.js';

const ANSWERED_WITHIN_MS = 5000;

export async function lookUp(lookup: Lookup, at: string): Promise<Found> {
  const [host = '', port = ''] = at.split(':');
  const question = questionOf(lookup);
  const bytes = lookup.tcp === true ? await overTcp(question, host, Number(port)) : await overUdp(question, host, Number(port));
  const message = decodeMessage(bytes);
  if (message === undefined) throw new Error(`${at} answered ${lookup.lookup} with what is no message.`);
  return foundIn(message);
}

function questionOf({ lookup, type, udpBytes }: Lookup): Buffer {
  const name = parseName(lookup);
  if (name === undefined) throw new Error(`${lookup} is no name.`);
  const number = (recordTypes as Readonly<Record<string, number>>)[type] ?? Number(type);
  const head = Buffer.from([0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, udpBytes === undefined ? 0 : 1]);
  const opt = udpBytes === undefined ? [] : [0, 0, recordTypes.OPT, udpBytes >> 8, udpBytes & 0xff, 0, 0, 0, 0, 0, 0];
  return Buffer.concat([head, name, Buffer.from([number >> 8, number & 0xff, 0, 1, ...opt])]);
}

function overUdp(question: Buffer, host: string, port: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const late = setTimeout(() => ended(() => reject(new Error('DNS did not answer.'))), ANSWERED_WITHIN_MS);
    const ended = (then: () => void): void => {
      clearTimeout(late);
      socket.close();
      then();
    };
    socket.once('message', (message) => ended(() => resolve(message)));
    socket.once('error', (error) => ended(() => reject(error)));
    socket.send(question, port, host);
  });
}

function overTcp(question: Buffer, host: string, port: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () =>
      socket.write(Buffer.concat([Buffer.from([question.length >> 8, question.length & 0xff]), question])),
    );
    let read = Buffer.alloc(0);
    socket.setTimeout(ANSWERED_WITHIN_MS, () => socket.destroy(new Error('DNS did not answer.')));
    socket.once('error', reject);
    socket.on('data', (piece: Buffer) => {
      read = Buffer.concat([read, piece]);
      if (read.length < 2 || read.length < 2 + read.readUInt16BE(0)) return;
      socket.destroy();
      resolve(read.subarray(2, 2 + read.readUInt16BE(0)));
    });
  });
}

const typeNames: ReadonlyMap<number, string> = new Map(Object.entries(recordTypes).map(([name, number]) => [number, name]));
const rcodeNames: ReadonlyMap<number, string> = new Map(Object.entries(rcodes).map(([name, number]) => [number, name]));

function foundIn({ flags, rcode, answers, authorities, additionals }: DnsMessage): Found {
  const set = [
    ['AA', 0x0400],
    ['TC', headerFlags.TC],
    ['RA', headerFlags.RA],
  ] as const;
  return {
    rcode: rcodeNames.get(rcode) ?? String(rcode),
    flags: set.flatMap(([name, bit]) => ((flags & bit) === 0 ? [] : [name])),
    answers: textsOf(answers),
    authorities: textsOf(authorities),
    additionals: textsOf(additionals.filter(({ type }) => type !== recordTypes.OPT)),
  };
}

/** In order, for a Consul shuffles them. */
function textsOf(records: readonly DnsRecord[]): readonly string[] {
  return records.map(textOf).toSorted();
}

function textOf({ name, type, ttl, data, target }: DnsRecord): string {
  const word = (at: number): number => ((data[at] as number) << 8) | (data[at + 1] as number);
  const named = target === null ? '' : formatName(target);
  const shown = (): string => {
    switch (type) {
      case recordTypes.A:
        return [...data].join('.');
      case recordTypes.AAAA:
        return Array.from({ length: 8 }, (_, at) => word(at * 2).toString(16)).join(':');
      case recordTypes.SRV:
        return `${word(0)} ${word(2)} ${word(4)} ${named}`;
      case recordTypes.SOA:
        return `${named} …`;
      case recordTypes.TXT:
        return Buffer.from(data.subarray(1)).toString('latin1');
      default:
        return target === null ? Buffer.from(data).toString('hex') : named;
    }
  };
  return `${formatName(name)} ${ttl} ${typeNames.get(type) ?? type} ${shown()}`;
}
