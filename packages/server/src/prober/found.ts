/** What every probe is: a question to a target, which always has an answer, if only the one that none came. */
import type { Evidence, Finding } from '@rollcall/core';
import type { Route } from './route.js';

export interface Found {
  readonly finding: Finding;
  /** For people: what was asked, and what came. */
  readonly output: string;
  /** Left out: the target answered. */
  readonly evidence?: Evidence;
  /** Nothing came, and that says nothing of it. */
  readonly unheard?: true;
}

/** As long as an output may be, in bytes: it is stored with the verdict. */
export const OUTPUT_BYTES_MAX = 4_096;

/** Ends with its signal, and lets go of everything by then; never throws. */
export type Probe<Spec> = (spec: Spec, surroundings: ProbeSurroundings) => Promise<Found>;

export interface ProbeSurroundings {
  /** How targets are reached. */
  readonly route: Route;
  /** Its time is over, or nobody asks any more. */
  readonly signal: AbortSignal;
  /** What its time was, for people. */
  readonly timeoutText: string;
}

export function passing(output: string): Found {
  return { finding: 'passing', output: shortened(output) };
}

export function critical(output: string): Found {
  return { finding: 'critical', output: shortened(output) };
}

/** What went wrong, in words: of the time that is over, or of the error. */
export function failing(what: string, error: unknown, { signal, timeoutText }: Pick<ProbeSurroundings, 'signal' | 'timeoutText'>): Found {
  if (signal.aborted) return { ...critical(`${what}: no answer within ${timeoutText}`), evidence: 'silence' };
  const found = critical(`${what}: ${reasonOf(error)}`);
  return silences.has(codeOf(error) ?? '') ? { ...found, evidence: 'silence' } : found;
}

/** The target said none of these: there was no way to it, or nothing left on this machine to go there with. */
const silences: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENOTFOUND',
  'ETIMEDOUT',
]);

/** Somebody is there, and says that nobody listens. */
export function isRefusal(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED';
}

function codeOf(error: unknown): string | undefined {
  const { code, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly unknown[] };
  return errors !== undefined && errors.length > 0 ? codeOf(errors.at(-1)) : code;
}

const UNKNOWN_AUTHORITY = 'its certificate is of an authority that nobody here believes (--probe-ca, or ca of the check)';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ENOTFOUND: 'nobody knows that name',
  EAI_AGAIN: 'who knows names does not answer',
  EPIPE: 'the connection was closed',
  ENOENT: 'the program is not there',
  EACCES: 'this user may not run it',
  EPROTO: 'it does not speak TLS as it should',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed, and nobody here believes it',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

function reasonOf(error: unknown): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly unknown[] };
  // Several addresses were tried: what the last one said is as good as any.
  if (errors !== undefined && errors.length > 0) return reasonOf(errors.at(-1));
  if (code?.startsWith('ERR_SSL_') === true) return `${reasons['EPROTO']} (${(error as { readonly reason?: string }).reason ?? code})`;
  return reasons[code ?? ''] ?? (message === '' ? (code ?? 'it failed') : message);
}

/** Cut between two characters, not through one. */
function shortened(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= OUTPUT_BYTES_MAX) return text;
  let end = OUTPUT_BYTES_MAX - Buffer.byteLength('…');
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}…`;
}
