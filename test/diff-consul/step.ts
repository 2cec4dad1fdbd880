/** What is asked of a Consul, one step after another, and what it answered: plain data, kept beside this in `transcripts`. */

export interface Ask {
  readonly method: string;
  /** With its query. `<<name>>` in it, or in the body, stands for what an earlier answer gave; `<<x*600>>` for so many of them. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What of the answer is kept for later steps, by name: `ID`, `0.ModifyIndex`, or a header as `X-Consul-Index`. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** Somebody waits, and meanwhile something happens. */
export interface Wait {
  readonly waits: Ask;
  readonly meanwhile: readonly Ask[];
}

export interface Lookup {
  readonly lookup: string;
  readonly type: string;
  /** What EDNS says that can be received; left out: no EDNS. */
  readonly udpBytes?: number;
  readonly tcp?: true;
}

export type Step = Ask | Wait | Lookup;

export interface Flow {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface Answer {
  readonly status: number;
  /** Those that clients rely on, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Waited {
  /** `at once`, before anything else happened; `woken` by what did; `time over`. */
  readonly came: 'at once' | 'woken' | 'time over';
  readonly answer: Answer;
  readonly others: readonly Answer[];
}

/** Records as dig would print them. */
export interface Found {
  readonly rcode: string;
  readonly flags: readonly string[];
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
}

export type Answered = Answer | Waited | Found;

export interface Exchange {
  readonly asked: Step;
  readonly answered: Answered;
}

export interface Transcript {
  readonly name: string;
  readonly origin: string;
  readonly exchanges: readonly Exchange[];
}
