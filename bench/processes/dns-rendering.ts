/** A process that answers questions of DNS without any socket: with rendered records, and by writing every answer anew. */
import {
  encodeInstanceRecord,
  everything,
  isInRotation,
  Namespace,
  Projection,
  readRegistration,
  recordKey,
  type Caller,
  type EncodedRecord,
  type ServiceName,
} from '@rollcall/core';
import { decodeQuery, DnsWriter, headerFlags, parseName, readName, recordTypes, type WireName } from '@rollcall/wire';
import { DnsAnswers, manners, systemClock, systemRandom } from 'rollcall/parts';
import { answerQuestions } from '../support/child.js';

export interface DnsQuestion {
  readonly services: number;
  readonly instancesEach: number;
  readonly answers: number;
  readonly rounds: number;
}

export const dnsWorks = ['A', 'SRV', 'NODATA', 'NXDOMAIN', 'instance'] as const;

export type DnsWork = (typeof dnsWorks)[number];

/** Answers per second of the processor, one per round. */
export type DnsAnswer = { readonly [Work in DnsWork | 'A anew' | 'SRV anew']: readonly number[] };

const caller: Caller = { identity: 'anonymous', may: everything, from: '', face: 'bench' };
const asker = { transport: 'udp', address: '127.0.0.1' } as const;

answerQuestions(async ({ services, instancesEach, answers, rounds }: DnsQuestion): Promise<DnsAnswer> => {
  const view = filled(services, instancesEach);
  const dns = answering(view);
  const ready = (bytes: Uint8Array): number => dns.answer(bytes, asker)?.length ?? 0;
  const anew = (bytes: Uint8Array): number => answerAnew(view, bytes);
  const names = (after: string, type: number): readonly Uint8Array[] =>
    Array.from({ length: services }, (_, at) => question(`service-${at}${after}`, type));
  const works: readonly (readonly [keyof DnsAnswer, readonly Uint8Array[], (bytes: Uint8Array) => number])[] = [
    ['A', names('.service.rollcall', recordTypes.A), ready],
    ['A anew', names('.service.rollcall', recordTypes.A), anew],
    ['SRV', names('.service.rollcall', recordTypes.SRV), ready],
    ['SRV anew', names('.service.rollcall', recordTypes.SRV), anew],
    ['NODATA', names('.service.rollcall', recordTypes.AAAA), ready],
    ['NXDOMAIN', names('-gone.service.rollcall', recordTypes.A), ready],
    ['instance', names('-0.instance.rollcall', recordTypes.A), ready],
  ];
  const found = new Map<keyof DnsAnswer, number[]>();
  // The first round compiles, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [work, questions, answer] of works) {
      const perSecond = rate(questions, answers, answer);
      if (round > 0) found.set(work, [...(found.get(work) ?? []), perSecond]);
    }
  }
  return Object.fromEntries(found) as unknown as DnsAnswer;
});

function filled(services: number, instancesEach: number): Projection {
  const records = Array.from({ length: services * instancesEach }, (_, at): EncodedRecord => {
    const service = `service-${Math.floor(at / instancesEach)}`;
    const host = `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
    const one = readRegistration({ service, id: `${service}-${at % instancesEach}`, host, port: 8080 }, { face: 'native' });
    const value = encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: 0, unknown: {} });
    return { key: recordKey('instances', one), value, createRevision: 1, revision: 1 };
  });
  const view = new Projection();
  view.begin({ epoch: 'bench', revision: 1 });
  view.page(records);
  view.finish();
  return view;
}

function answering(view: Projection): DnsAnswers {
  return new DnsAnswers({
    view: () => view,
    caller: () => caller,
    domains: [{ name: 'rollcall', manner: manners.rollcall }],
    datacenter: 'dc1',
    ownAddresses: [],
    forwards: false,
    cookieSecret: null,
    clock: systemClock,
    random: systemRandom,
    failed: (error) => {
      throw error;
    },
  });
}

/** With EDNS, as resolvers ask. */
function question(name: string, type: number): Uint8Array {
  const writer = new DnsWriter(new Uint8Array(512));
  writer.question(parseName(name) as WireName, type);
  writer.opt({ udpBytes: 1232 });
  return writer.finish(4711, headerFlags.RD).slice();
}

const room = new Uint8Array(1232);

/** As one would write it at first: read, look, shuffle, write; every record, every time. */
function answerAnew(view: Projection, bytes: Uint8Array): number {
  const query = decodeQuery(bytes);
  const name = query && readName(bytes, 12)?.name;
  if (query === undefined || name === undefined) return 0;
  const service = new TextDecoder().decode(name.subarray(1, 1 + (name[0] as number))) as ServiceName;
  const found = view.instances(Namespace.default, service, caller).filter(isInRotation);
  for (let at = found.length - 1; at > 0; at--) {
    const other = Math.floor(systemRandom.number() * (at + 1));
    [found[at], found[other]] = [found[other] as (typeof found)[number], found[at] as (typeof found)[number]];
  }
  const writer = new DnsWriter(room);
  writer.question(name, query.type);
  const targets = found.map(({ host, port }) => {
    const address = Uint8Array.from((host ?? '').split('.'), Number);
    const target = parseName(`${Array.from(address, (byte) => byte.toString(16).padStart(2, '0')).join('')}.addr.rollcall`) as WireName;
    return { address, port, target };
  });
  for (const { address, port, target } of targets) {
    writer.record('answer', { name, type: query.type, ttl: 5 }, (into) => {
      if (query.type === recordTypes.A) return into.bytes(address);
      for (const number of [1, 1, port ?? 0]) into.u16(number);
      return into.plainName(target);
    });
  }
  if (query.type === recordTypes.SRV)
    for (const { address, target } of targets)
      writer.record('additional', { name: target, type: recordTypes.A, ttl: 5 }, (into) => into.bytes(address));
  writer.opt({ udpBytes: 1232 });
  return writer.finish(query.id, headerFlags.QR | headerFlags.AA).slice().length;
}

function rate(questions: readonly Uint8Array[], answers: number, answer: (bytes: Uint8Array) => number): number {
  const before = process.cpuUsage();
  let bytes = 0;
  for (let at = 0; at < answers; at++) bytes += answer(questions[at % questions.length] as Uint8Array);
  const { user, system } = process.cpuUsage(before);
  if (bytes < answers * 12) throw new Error('Something was not answered.');
  return (answers * 1e6) / (user + system);
}
