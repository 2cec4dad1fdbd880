/** What went wrong, as it is said to whoever typed: what happened, what to do next, and the exit code. */
import { RegistryProblem, Unanswered } from '@rollcall/client';
import { problemAdvice } from '@rollcall/contract';
import { exitCodes } from './command.js';
import { oneLine } from './shown.js';
import { unansweredAdvice } from './unanswered-advice.js';

export interface Refusal {
  readonly lines: readonly string[];
  readonly code: number;
}

/** `null` for what is neither the registry's word nor its silence. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof RegistryProblem) return { lines: problemLines(error).map(oneLine), code: problemCode(error) };
  if (error instanceof Unanswered) return { lines: [error.message, unansweredAdvice(error)].map(oneLine), code: exitCodes.unanswered };
  return null;
}

/** In the words of this program, where the registry's own are for those who speak HTTP. */
const adviceByCode: Readonly<Record<string, string>> = {
  'ambiguous-id': 'Choose one of them with --service NAME.',
  'not-found': '`rollcall services` shows the names, and `rollcall instances NAME --health any` the ids.',
  'unauthenticated': 'Say who is asking with --token-file, or with ROLLCALL_TOKEN in the environment.',
  'unknown-route': 'Is the path in --url the right one, and the registry as new as this program?',
  'host-not-allowed': 'Name the registry in --url as it is bound, such as http://localhost:8500.',
};

const usualAdvice: Readonly<Record<string, string>> = problemAdvice;

function problemLines(problem: RegistryProblem): readonly string[] {
  const { code, message, advice, problems, candidates } = problem;
  const fields = problems.length < 2 ? [] : problems.map(({ field, came, allowed }) => `  ${field} is ${came}; allowed is ${allowed}`);
  const meant = candidates.map(({ service, id }) => `  ${id} of ${service}`);
  if (code === 'invalid-request') return [message, ...fields];
  // What the registry advises for this very case says more than what fits to every such code.
  const isUsual = Object.hasOwn(usualAdvice, code) && usualAdvice[code] === advice;
  return [message, ...fields, ...meant, isUsual ? (adviceByCode[code] ?? advice) : advice];
}

/** A name that nobody answers to is told apart, for scripts. */
function problemCode({ code }: RegistryProblem): number {
  return code === 'not-found' ? exitCodes.notFound : exitCodes.failed;
}
