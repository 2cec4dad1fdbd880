/** What `dig` prints, read: many questions by one process. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface DigAnswer {
  readonly status: string;
  readonly flags: readonly string[];
  /** `name ttl TYPE data`, sorted. */
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
  /** The line of EDNS, where there is one. */
  readonly edns: string | null;
  readonly bytes: number;
  /** What dig finds wrong with it. */
  readonly complaints: readonly string[];
  readonly text: string;
}

export type Asked = readonly [name: string, type: string];

const run = promisify(execFile);
const usual = ['+tries=1', '+time=15', '+norecurse', '+nocookie', '+noednsneg'];
const PRINTED_BYTES_MAX = 16 * 1024 * 1024;

/** In order. Options count for all of them. */
export async function dig(port: number, options: readonly string[], asked: readonly Asked[]): Promise<readonly DigAnswer[]> {
  const questions = asked.flatMap(([name, type]) => ['-q', name, '-t', type]);
  const { stdout } = await run('dig', ['@127.0.0.1', '-p', String(port), ...usual, ...options, ...questions], {
    maxBuffer: PRINTED_BYTES_MAX,
  });
  return stdout.split(';; Got answer:').slice(1).map(readDig);
}

function readDig(text: string): DigAnswer {
  return {
    status: /status: (\w+)/.exec(text)?.[1] ?? '',
    flags: /;; flags: ([a-z ]*)/.exec(text)?.[1]?.trim().split(' ') ?? [],
    answers: sectionOf('ANSWER', text),
    authorities: sectionOf('AUTHORITY', text),
    additionals: sectionOf('ADDITIONAL', text),
    edns: /^; (EDNS: .*)$/m.exec(text)?.[1] ?? null,
    bytes: Number(/MSG SIZE {2}rcvd: (\d+)/.exec(text)?.[1] ?? NaN),
    complaints: text
      .split('\n')
      .filter((line) => /warning|malformed|mismatch|bogus|extra|\berror\b/i.test(line) && !/retry with/.test(line)),
    text,
  };
}

function sectionOf(section: string, text: string): readonly string[] {
  const found = new RegExp(`;; ${section} SECTION:\n((?:[^;\n].*\n)*)`).exec(text)?.[1] ?? '';
  return found
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/\s+/g, ' ').replace(' IN ', ' '))
    .toSorted();
}
