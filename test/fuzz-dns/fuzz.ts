/** Packets against answers from a catalog that changes meanwhile; every answer is judged, and every failure named. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import {
  encodeInstanceRecord,
  encodeMachineRecord,
  everything,
  machineKey,
  MachineName,
  Namespace,
  Projection,
  readRegistration,
  recordKey,
  type EncodedRecord,
  type Host,
} from '@rollcall/core';
import { DnsAnswers, manners } from 'rollcall/parts';
import { objectionsTo } from './laws.js';
import { Packets } from './packets.js';

export interface FuzzOutcome {
  readonly answers: number;
  readonly dropped: number;
  readonly cut: number;
  readonly rcodes: Readonly<Record<string, number>>;
  /** With the packet, in hexadecimal. */
  readonly objections: readonly string[];
}

/** More of the same says no more. */
const OBJECTIONS_MAX = 20;

/** Somebody comes, changes or goes every so many packets. */
const CHANGE_EVERY = 50;
const IDS = 400;

export class Fuzz {
  readonly #random: SeededRandom;
  readonly #packets: Packets;
  readonly #view = new Projection();
  readonly #dns: DnsAnswers;
  readonly #failures: string[] = [];
  #revision = 1;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#packets = new Packets(this.#random);
    const caller = { identity: 'anonymous', may: everything, from: '', face: 'dns' };
    this.#view.begin({ epoch: `${seed}`, revision: 1 });
    this.#view.page([machineRecord('rack-7'), machineRecord('Rack.8')]);
    this.#view.finish();
    this.#dns = new DnsAnswers({
      view: () => this.#view,
      caller: () => caller,
      domains: [
        { name: 'rollcall', manner: manners.rollcall },
        { name: 'consul', manner: manners.consul },
      ],
      datacenter: 'dc1',
      ownAddresses: ['127.0.0.1', '::1'],
      forwards: false,
      cookieSecret: this.#random.bytes(16),
      clock: new SimulatedClock(),
      random: this.#random,
      failed: (error) => void this.#failures.push(String(error)),
    });
    for (let at = 0; at < 200; at++) this.#change();
  }

  run(packets: number): FuzzOutcome {
    let [answers, dropped, cut] = [0, 0, 0];
    const rcodes: Record<string, number> = {};
    const objections: string[] = [];
    for (let at = 0; at < packets && objections.length < OBJECTIONS_MAX; at++) {
      if (at % CHANGE_EVERY === 0) this.#change();
      const packet = this.#packets.next();
      const transport = this.#random.number() < 0.8 ? 'udp' : 'tcp';
      const before = packet.slice();
      const answer = this.#dns.answer(packet, { transport, address: this.#random.number() < 0.5 ? '10.1.2.3' : 'fd00::9' });
      const found = [...objectionsTo(before, answer, transport), ...this.#failures.splice(0)];
      objections.push(...found.map((one) => `${one}: ${transport} ${Buffer.from(before).toString('hex')}`));
      if (answer === undefined) dropped++;
      else {
        answers++;
        if (this.#dns.last.cut) cut++;
        rcodes[this.#dns.last.rcode] = (rcodes[this.#dns.last.rcode] ?? 0) + 1;
      }
    }
    return { answers, dropped, cut, rcodes, objections };
  }

  #change(): void {
    const revision = ++this.#revision;
    this.#view.apply({ revision, records: [this.#record(revision)] });
  }

  #record(revision: number): EncodedRecord {
    const random = this.#random;
    const one = <Item>(all: readonly Item[]): Item => all[random.below(all.length)] as Item;
    const id = random.below(IDS);
    const service = ['web', 'API', 'big.shop', 'x', 'shop', 'web', 'web', 'web~2:b'][id % 8] as string;
    const fields = {
      service,
      id: id % 5 === 0 ? `ID:${id} x` : `${service}-${id}`,
      namespace: id % 7 === 0 ? 'web' : 'default',
      host: one([
        null,
        `10.0.0.${id & 255}`,
        `10.0.0.${id & 255}`,
        `fd00::${id}`,
        'db.example.com',
        'web.service.rollcall',
        'fe80::1%eth0',
      ]),
      port: one([null, 80, 8080]),
      ports: one([{}, { http: 80 }, { http: 80, Web: 443 }]),
      tags: one([[], ['blue'], ['Blue', 'v1.2']]),
      metadata: one([{}, { a: 'b' }, { long: 'é'.repeat(random.below(2000)) }]),
      machine: one([null, 'rack-7', 'Rack.8', 'nowhere']),
      weight: one([0, 1, 1, 1, 7, 65_535]),
    };
    const registration = readRegistration(fields, { face: 'native' });
    const value = random.number() < 0.2 ? null : encodeInstanceRecord({ ...registration, incarnation: 1, registeredAtMs: 0, unknown: {} });
    return { key: recordKey('instances', registration), value, createRevision: revision, revision };
  }
}

function machineRecord(text: string): EncodedRecord {
  const name = MachineName.parse(text) as MachineName;
  const addresses = { lan: '10.1.0.7' as Host, lan_ipv6: 'fd01::7' as Host, wan: '192.0.2.7' as Host };
  const machine = { namespace: Namespace.default, name, addresses, metadata: { row: '7' }, checks: [], origin: { face: 'fuzz' } };
  const value = encodeMachineRecord({ ...machine, registeredAtMs: 0, unknown: {} });
  return { key: machineKey('machines', machine), value, createRevision: 1, revision: 1 };
}
