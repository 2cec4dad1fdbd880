/** Where questions arrive, whichever way they came: what is ours is answered at once, the rest may be passed on. */
import { decodeQuery, headerFlags } from '@rollcall/wire';
import type { Asker, DnsAnswers } from './handler.js';
import type { Tally } from './tally.js';

/** Asks other servers. */
export interface Forwarding {
  /** Whether they are asked for whoever is at this address. */
  serves(address: string): boolean;
  /** The whole answer for this question, if it is remembered; otherwise it is called back with, once and within a bounded time. */
  forward(question: Uint8Array, asker: Asker, answer: (bytes: Uint8Array) => void): Uint8Array | 'later';
}

export interface DeskOptions {
  readonly answers: Pick<DnsAnswers, 'answer' | 'last'>;
  /** Called before each question: what was told to others before it came is part of its answer. */
  readonly catchUp: () => void;
  readonly forwarding: Forwarding | null;
  readonly tally: Tally;
}

export class Desk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Whether the last question came with proof that its sender is where it says. */
  get lastIsProven(): boolean {
    return this.#options.answers.last.cookie === 'valid';
  }

  /**
   * What to send back, or `undefined`, or `later`: it is called then, in its own time. The bytes belong to whoever called, the
   * question has to stay as it is until then.
   */
  ask(question: Uint8Array, asker: Asker, later: (bytes: Uint8Array) => void): Uint8Array | 'later' | undefined {
    const { answers, catchUp, forwarding, tally } = this.#options;
    catchUp();
    const answer = answers.answer(question, asker);
    if (answer === undefined) {
      tally.dropped('nonsense');
      return undefined;
    }
    const { last } = answers;
    if (forwarding !== null) {
      const isServed = forwarding.serves(asker.address);
      if (last.outside && isServed && wantsRecursion(question)) return this.#forward(forwarding, question, asker, later);
      // To whom nothing is passed on, nothing is offered.
      if (!isServed) answer[3] = (answer[3] as number) & ~headerFlags.RA;
    }
    tally.answered(asker.transport, last.type, last.rcode);
    if (last.cut) tally.truncated++;
    return answer;
  }

  #forward(forwarding: Forwarding, question: Uint8Array, asker: Asker, later: (bytes: Uint8Array) => void): Uint8Array | 'later' {
    const { answers, tally } = this.#options;
    const { type } = answers.last;
    const answered = forwarding.forward(question, asker, (bytes) => {
      tally.answered(asker.transport, type, rcodeIn(bytes));
      later(bytes);
    });
    if (answered !== 'later') tally.answered(asker.transport, type, rcodeIn(answered));
    return answered;
  }
}

function wantsRecursion(question: Uint8Array): boolean {
  return ((question[2] as number) & (headerFlags.RD >> 8)) !== 0;
}

function rcodeIn(answer: Uint8Array): number {
  return (answer[3] as number) & headerFlags.RCODE;
}

/** The answer without its records: that there is one, and that it has to be asked for by TCP. Not larger than the question. */
export function onlyCut(question: Uint8Array, answer: Uint8Array): Uint8Array {
  const end = decodeQuery(question)?.questionEnd ?? 0;
  const cut = new Uint8Array(answer.subarray(0, end));
  cut[2] = (cut[2] as number) | (headerFlags.TC >> 8);
  cut.fill(0, 6, 12);
  return cut;
}
