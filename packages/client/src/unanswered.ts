/** No registry answered: nobody is there, nobody in time, or somebody else. */

export type UnansweredReason =
  /** Nobody listens there. */
  | 'refused'
  /** Nobody knows the way there. */
  | 'unreachable'
  /** Nobody knows the name. */
  | 'unknown-host'
  /** One side does not trust the other, or does not speak TLS. */
  | 'tls'
  /** No whole answer came in time. */
  | 'timeout'
  /** The connection broke before the answer was there. */
  | 'broken'
  /** The connection stands, and nothing comes by it: its other end is gone, or something on the way keeps what comes to itself. */
  | 'silent'
  /** Something answered that is no registry: another program, or a proxy on the way. */
  | 'not-a-registry';

interface Meaning {
  readonly said: (where: string) => string;
  readonly advice: string;
  readonly retryable: boolean;
  /** `refused`: nothing happened. `unknown`: it may have happened; read, or repeat what may be repeated. */
  readonly outcome: 'refused' | 'unknown';
}

const another = 'is this the right address?';

const meanings: Readonly<Record<UnansweredReason, Meaning>> = {
  'refused': {
    said: (where) => `Nobody answers at ${where}.`,
    advice: `Is a registry running there? \`rollcall serve\` starts one on this machine; otherwise: ${another}`,
    retryable: true,
    outcome: 'refused',
  },
  'unreachable': {
    said: (where) => `There is no way to ${where}.`,
    advice: `Look at the network; or: ${another}`,
    retryable: true,
    outcome: 'refused',
  },
  'unknown-host': {
    said: (where) => `Nobody knows the name in ${where}.`,
    advice: `Look at the spelling: ${another}`,
    retryable: true,
    outcome: 'refused',
  },
  'tls': {
    said: (where) => `No trusted connection to ${where} came about.`,
    advice: 'Check that both sides speak TLS, and name the authority that signed its certificate if that is one of your own.',
    retryable: false,
    outcome: 'refused',
  },
  'timeout': {
    said: (where) => `No answer came from ${where} in time.`,
    advice: 'Ask again a little later, or wait longer.',
    retryable: true,
    outcome: 'unknown',
  },
  'broken': {
    said: (where) => `The connection to ${where} broke before the answer was there.`,
    advice: 'Ask again a little later.',
    retryable: true,
    outcome: 'unknown',
  },
  'silent': {
    said: (where) => `The connection to ${where} stands, but nothing comes by it.`,
    advice: 'If there is a proxy on the way: it has to pass answers on as they come, without gathering them.',
    retryable: true,
    outcome: 'unknown',
  },
  'not-a-registry': {
    said: (where) => `What answers at ${where} is no Rollcall registry.`,
    advice: `Another program, or a proxy on the way: ${another}`,
    retryable: false,
    outcome: 'unknown',
  },
};

export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly reason: UnansweredReason;
  readonly url: string;
  /** The system's own word for it, such as `CERT_HAS_EXPIRED`; empty where it has none. */
  readonly systemCode: string;
  /** What to do about it, in a sentence. */
  readonly advice: string;
  /** The same call, unchanged and a little later, can succeed. */
  readonly retryable: boolean;
  readonly outcome: 'refused' | 'unknown';

  /** `details`: what else is known, in a few words; `retryable` where it is known better than by the reason. */
  constructor(
    reason: UnansweredReason,
    url: string,
    more: { readonly details?: string; readonly retryable?: boolean; readonly cause?: unknown } = {},
  ) {
    const { said, advice, retryable, outcome } = meanings[reason];
    super(`${said(url)}${more.details === undefined ? '' : ` (${more.details})`}`, { cause: more.cause });
    this.reason = reason;
    this.url = url;
    this.systemCode = codeOf(more.cause);
    this.advice = advice;
    this.retryable = more.retryable ?? retryable;
    this.outcome = outcome;
  }
}

/** Whatever the connection said, in our words. */
export function unanswered(error: unknown, url: string): Unanswered {
  const code = codeOf(error);
  const reason = reasons.find(([pattern]) => pattern.test(code))?.[1] ?? 'broken';
  return new Unanswered(reason, url, { ...(shownCodes.has(reason) && code !== '' ? { details: code } : {}), cause: error });
}

const reasons: readonly (readonly [RegExp, UnansweredReason])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ENOTFOUND|EAI_\w+)$/, 'unknown-host'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/, 'unreachable'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'timeout'],
  [/CERT|SIGNATURE|^ERR_SSL_|^ERR_TLS_|^ERR_OSSL_|^EPROTO$|^HOSTNAME_MISMATCH$|^INVALID_CA$|^PATH_LENGTH_EXCEEDED$/, 'tls'],
];

/** Where the system's own word says more than ours. */
const shownCodes: ReadonlySet<UnansweredReason> = new Set(['tls', 'unreachable', 'broken']);

/** Of several addresses tried, the first complaint counts. */
function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string') return code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return cause === undefined ? '' : codeOf(cause);
}
