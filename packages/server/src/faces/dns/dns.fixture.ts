/** The DNS face before a view that is fed by hand: questions by name, answers as text. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import {
  encodeMachineRecord,
  everything,
  machineKey,
  MachineName,
  Namespace,
  readRegistration,
  type Caller,
  type CatalogView,
  type Host,
  type Instance,
  type Registration,
} from '@rollcall/core';
import {
  decodeMessage,
  DnsWriter,
  formatName,
  headerFlags,
  parseName,
  rcodes,
  recordTypes,
  type DnsMessage,
  type DnsRecord,
  type OptRecord,
  type WireName,
} from '@rollcall/wire';
import { FedView } from '../../../../../test/support/fed-view.js';
import { manners, type DnsDomain } from './domains.js';
import { DnsAnswers, type Asker, type DnsAnswersOptions } from './handler.js';

export const stranger: Caller = { identity: 'anonymous', may: everything, from: '127.0.0.1', face: 'dns' };

const bothDomains: readonly DnsDomain[] = [
  { name: 'rollcall', manner: manners.rollcall },
  { name: 'consul', manner: manners.consul },
];

export function instance(fields: Readonly<Record<string, unknown>> = {}, like: Partial<Instance> = {}): Instance {
  const one: Registration = readRegistration({ service: 'web', host: '10.0.0.5', port: 8080, ...fields }, { face: 'native' });
  const born = { incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1, healthRevision: 0 };
  return { ...one, ...born, mode: 'in', health: 'passing', verdicts: {}, intent: null, intentRevision: 0, held: false, ...like };
}

export type QuestionType = keyof typeof recordTypes | number;

export interface Question {
  readonly name: string;
  readonly type: QuestionType;
  readonly class?: number;
  readonly edns?: Partial<OptRecord>;
  readonly transport?: Asker['transport'];
  readonly id?: number;
  readonly flags?: number;
}

export function question({ name, type, class: klass = 1, edns, id = 4711, flags = 0 }: Question): Uint8Array {
  const writer = new DnsWriter(new Uint8Array(1024));
  writer.question(wire(name), typeof type === 'number' ? type : recordTypes[type], klass);
  if (edns !== undefined) writer.opt({ udpBytes: 1232, ...edns });
  return writer.finish(id, flags).slice();
}

export function wire(text: string): WireName {
  const name = parseName(text);
  if (name === undefined) throw new Error(`${text} is no name`);
  return name;
}

export interface Answered {
  readonly bytes: Uint8Array;
  readonly message: DnsMessage;
  readonly rcode: string;
  readonly flags: readonly string[];
  /** `name ttl TYPE data`, in order. */
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  /** But the OPT record. */
  readonly additionals: readonly string[];
}

export class DnsBench {
  readonly view: FedView = new FedView();
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly answers: DnsAnswers;
  readonly failures: unknown[] = [];
  #revision = 1;

  constructor(options: Partial<DnsAnswersOptions> = {}, instances: readonly Instance[] = []) {
    const view: CatalogView = this.view;
    this.answers = new DnsAnswers({
      view: () => view,
      caller: () => stranger,
      domains: bothDomains,
      datacenter: 'dc1',
      ownAddresses: ['127.0.0.1'],
      forwards: false,
      cookieSecret: null,
      clock: this.clock,
      random: new SeededRandom(1),
      failed: (error) => void this.failures.push(error),
      ...options,
    });
    this.view.load({ epoch: 'e1', revision: 1, instances });
  }

  show(...instances: readonly Instance[]): void {
    this.view.show(
      ++this.#revision,
      instances.map((one) => ({ ref: one, current: one })),
    );
  }

  remove(one: Instance): void {
    this.view.show(++this.#revision, [{ ref: one, current: null }]);
  }

  machine(text: string, addresses: Readonly<Record<string, string>>, metadata: Readonly<Record<string, string>> = {}): void {
    const revision = ++this.#revision;
    const name = MachineName.parse(text) as MachineName;
    const machine = { namespace: Namespace.default, name, addresses: addresses as Record<string, Host>, metadata, checks: [] };
    const value = encodeMachineRecord({ ...machine, origin: { face: 'test' }, registeredAtMs: 0, unknown: {} });
    this.view.apply({ revision, records: [{ key: machineKey('machines', machine), value, createRevision: revision, revision }] });
  }

  raw(bytes: Uint8Array, asker: Partial<Asker> = {}): Uint8Array | undefined {
    return this.answers.answer(bytes, { transport: 'udp', address: '127.0.0.1', ...asker });
  }

  ask(name: string, type: QuestionType, more: Partial<Question> = {}): Answered {
    const asked = { name, type, ...more };
    return readAnswer(this.raw(question(asked), { transport: asked.transport ?? 'udp' }));
  }
}

export function readAnswer(bytes: Uint8Array | undefined): Answered {
  const message = bytes && decodeMessage(bytes);
  if (bytes === undefined || message === undefined) throw new Error(`no answer: ${String(bytes)}`);
  return {
    bytes,
    message,
    rcode: nameOfNumber(rcodes, message.rcode),
    flags: flagNames.filter((name) => (message.flags & headerFlags[name]) !== 0),
    answers: message.answers.map((one) => shown(one)),
    authorities: message.authorities.map((one) => shown(one)),
    additionals: message.additionals.filter(({ type }) => type !== recordTypes.OPT).map((one) => shown(one)),
  };
}

const flagNames = ['AA', 'TC', 'RD', 'RA'] as const;

function nameOfNumber(numbers: Readonly<Record<string, number>>, number: number): string {
  return Object.entries(numbers).find(([, value]) => value === number)?.[0] ?? String(number);
}

/** As dig shows it, but for SOA, which ends with its minimum alone. */
function shown({ name, type, ttl, data, target }: DnsRecord): string {
  const head = `${formatName(name)} ${ttl} ${nameOfNumber(recordTypes, type)}`;
  const word = (at: number): number => ((data[at] as number) << 8) | (data[at + 1] as number);
  switch (type) {
    case recordTypes.A:
      return `${head} ${data.join('.')}`;
    case recordTypes.AAAA:
      return `${head} ${Array.from({ length: 8 }, (_, group) => word(group * 2).toString(16)).join(':')}`;
    case recordTypes.SRV:
      return `${head} ${word(0)} ${word(2)} ${word(4)} ${formatName(target as WireName)}`;
    case recordTypes.SOA:
      return `${head} ${formatName(target as WireName)} ${word(data.length - 2)}`;
    case recordTypes.TXT:
    case recordTypes.HINFO:
      return `${head} ${textsOf(data).join(' ')}`;
    default:
      return target === null ? head : `${head} ${formatName(target)}`;
  }
}

export function textsOf(data: Uint8Array): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; at < data.length; at += 1 + (data[at] as number)) {
    texts.push(JSON.stringify(new TextDecoder().decode(data.subarray(at + 1, at + 1 + (data[at] as number)))));
  }
  return texts;
}
