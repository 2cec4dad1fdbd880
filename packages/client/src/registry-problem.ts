/** A registry refused, and said why: the problem document that it answered, as an error. */
import type { ProblemCode } from '@rollcall/contract';
import type { FieldProblem, InstanceRef, Problem } from './shapes.js';

const TYPE_PREFIX = 'urn:rollcall:error:';

/** A newer registry may know a code that this client does not; it is kept as it came. */
export type AnsweredCode = ProblemCode | (string & Record<never, never>);

export class RegistryProblem extends Error {
  override readonly name = 'RegistryProblem';
  readonly code: AnsweredCode;
  readonly status: number;
  /** What this code means, always in the same words; the message says what happened this time. */
  readonly title: string;
  /** What to do about it, in a sentence. */
  readonly advice: string;
  /** The same call, unchanged and a little later, can succeed. */
  readonly retryable: boolean;
  /** Not before; `null` if the registry did not say. */
  readonly retryAfterMs: number | null;
  /** Which fields are wrong. */
  readonly problems: readonly FieldProblem[];
  /** Who is meant, perhaps. */
  readonly candidates: readonly InstanceRef[];

  constructor(problem: Problem, retryAfterMs: number | null) {
    super(problem.detail);
    this.code = problem.type.slice(TYPE_PREFIX.length);
    this.status = problem.status;
    this.title = problem.title;
    this.advice = problem.advice;
    this.retryable = problem.retryable;
    this.retryAfterMs = retryAfterMs;
    this.problems = problem.problems ?? [];
    this.candidates = problem.candidates ?? [];
  }
}

/** Did the registry refuse, and (when a code is named) for this reason? */
export function isRegistryProblem(error: unknown, code?: ProblemCode): error is RegistryProblem {
  return error instanceof RegistryProblem && (code === undefined || error.code === code);
}

/** A problem document, or `null`: what a proxy on the way says is none. */
export function problemIn(body: unknown): Problem | null {
  if (typeof body !== 'object' || body === null) return null;
  const { type, title, status, detail, advice, retryable } = body as Partial<Problem>;
  const texts = [type, title, detail, advice].every((text) => typeof text === 'string');
  const ours = texts && type?.startsWith(TYPE_PREFIX) === true && typeof status === 'number' && typeof retryable === 'boolean';
  return ours ? (body as Problem) : null;
}
