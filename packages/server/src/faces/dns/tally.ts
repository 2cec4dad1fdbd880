/** What the DNS door counts, in its own thread; what is told of it is plain data, and added up on the other side. */
import type { Counter, Meter, Metric } from '@rollcall/core';
import { rcodes, recordTypes } from '@rollcall/wire';

const types = ['A', 'AAAA', 'SRV', 'TXT', 'PTR', 'SOA', 'NS', 'ANY', 'other'] as const;
const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'BADVERS', 'other'] as const;
/**
 * `nonsense`: what is no question. `port`: from where no question comes. `limited`: its network had its answers. `busy`: more
 * than the network takes away. `connections`: there are too many, or too many from there.
 */
const reasons = ['nonsense', 'port', 'limited', 'busy', 'connections'] as const;
/** `cached`: from what is remembered. `answered`: another server did. `failed`: none did. */
const outcomes = ['cached', 'answered', 'failed'] as const;
const transports = ['udp', 'tcp'] as const;

export type DropReason = (typeof reasons)[number];
export type ForwardOutcome = (typeof outcomes)[number];
type Transport = (typeof transports)[number];

const metrics = {
  questions: {
    name: 'rollcall_dns_questions_total',
    kind: 'counter',
    help: 'Questions that the DNS door answered, by what they asked for.',
    labels: { transport: transports, type: types },
  },
  answers: {
    name: 'rollcall_dns_answers_total',
    kind: 'counter',
    help: 'Answers of the DNS door, by their code.',
    labels: { rcode: codes },
  },
  dropped: {
    name: 'rollcall_dns_dropped_total',
    kind: 'counter',
    help: 'What came to the DNS door and got no answer: no question (`nonsense`), from where none can come (`port`), too many from one network (`limited`), more than could be sent (`busy`), or a connection too many (`connections`).',
    labels: { reason: reasons },
  },
  truncated: {
    name: 'rollcall_dns_truncated_total',
    kind: 'counter',
    help: 'Answers over udp that had no room for all records, and said so.',
  },
  slipped: {
    name: 'rollcall_dns_limited_answers_total',
    kind: 'counter',
    help: 'Answers that only said to come by TCP, because a network had its answers for the second.',
  },
  forwarded: {
    name: 'rollcall_dns_forwarded_total',
    kind: 'counter',
    help: 'Questions about the names of others: answered from memory (`cached`), by another server (`answered`), or by none (`failed`).',
    labels: { outcome: outcomes },
  },
  connections: { name: 'rollcall_dns_connections', kind: 'gauge', help: 'TCP connections to the DNS door.' },
  synced: {
    name: 'rollcall_dns_synced',
    kind: 'gauge',
    help: '1 while the DNS door answers from a whole view of the catalog; before, it answers SERVFAIL.',
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** Since the thread began. */
export interface DnsReport {
  readonly questions: Readonly<Record<Transport, readonly number[]>>;
  readonly answers: readonly number[];
  readonly dropped: readonly number[];
  readonly forwarded: readonly number[];
  readonly truncated: number;
  readonly slipped: number;
  readonly connections: number;
  readonly synced: boolean;
}

/** The place of each number that DNS has in a list of ours; the last one for all others. */
function places(names: readonly string[], numbers: Readonly<Record<string, number>>): Uint8Array {
  const table = new Uint8Array(256).fill(names.length - 1);
  for (const [place, name] of names.entries()) {
    const number = numbers[name];
    if (number !== undefined) table[number] = place;
  }
  return table;
}

const typePlaces = places(types, recordTypes);
const codePlaces = places(codes, rcodes);

export class Tally {
  readonly #questions = { udp: types.map(() => 0), tcp: types.map(() => 0) };
  readonly #answers = codes.map(() => 0);
  readonly #dropped = reasons.map(() => 0);
  readonly #forwarded = outcomes.map(() => 0);
  truncated = 0;
  slipped = 0;

  answered(transport: Transport, type: number, rcode: number): void {
    increment(this.#questions[transport], typePlaces[type] ?? types.length - 1);
    increment(this.#answers, codePlaces[rcode] ?? codes.length - 1);
  }

  dropped(reason: DropReason): void {
    increment(this.#dropped, reasons.indexOf(reason));
  }

  forwarded(outcome: ForwardOutcome): void {
    increment(this.#forwarded, outcomes.indexOf(outcome));
  }

  report(now: Pick<DnsReport, 'connections' | 'synced'>): DnsReport {
    return {
      questions: { udp: [...this.#questions.udp], tcp: [...this.#questions.tcp] },
      answers: [...this.#answers],
      dropped: [...this.#dropped],
      forwarded: [...this.#forwarded],
      truncated: this.truncated,
      slipped: this.slipped,
      ...now,
    };
  }
}

function increment(counts: number[], place: number): void {
  counts[place] = (counts[place] as number) + 1;
}

/** On the other side: adds what is new in each report to what is shown. */
export class DnsMeters {
  readonly #counters: readonly Counter[];
  #before: readonly number[] = [];
  #now: Pick<DnsReport, 'connections' | 'synced'> = { connections: 0, synced: false };

  constructor(meter: Meter) {
    const { questions, answers, dropped, forwarded, truncated, slipped, connections, synced } = metrics;
    // In the order of `flat`.
    this.#counters = [
      ...transports.flatMap((transport) => types.map((type) => meter.counter(questions, { transport, type }))),
      ...codes.map((rcode) => meter.counter(answers, { rcode })),
      ...reasons.map((reason) => meter.counter(dropped, { reason })),
      ...outcomes.map((outcome) => meter.counter(forwarded, { outcome })),
      meter.counter(truncated),
      meter.counter(slipped),
    ];
    meter.gauge(connections, () => this.#now.connections);
    meter.gauge(synced, () => Number(this.#now.synced));
  }

  take(report: DnsReport): void {
    const counts = flat(report);
    for (const [place, counter] of this.#counters.entries()) counter.add((counts[place] ?? 0) - (this.#before[place] ?? 0));
    this.#before = counts;
    this.#now = report;
  }

  /** Another thread counts from nothing. */
  restart(): void {
    this.#before = [];
    this.#now = { connections: 0, synced: false };
  }
}

function flat({ questions, answers, dropped, forwarded, truncated, slipped }: DnsReport): readonly number[] {
  return [...questions.udp, ...questions.tcp, ...answers, ...dropped, ...forwarded, truncated, slipped];
}
