/** A call that came to no answer: why, and what was tried. */
import { triedText, type Tried } from './tried.js';

export type CallFailedReason =
  /** The registry was never heard, nor is there a snapshot or a fallback. */
  | 'registry-unheard'
  /** The service has no instance that may be called: the registry says so. */
  | 'no-instance'
  /** Nobody took the connection: nothing was done anywhere. */
  | 'refused'
  /** No answer in time. It may have been done. */
  | 'timeout'
  /** The connection broke before the answer. It may have been done. */
  | 'reset'
  /** Too many calls of this program go on already: nothing was sent. */
  | 'overloaded'
  /** The address is none of a service. */
  | 'not-a-service'
  /** The registry's client was closed. */
  | 'closed';

interface Meaning {
  readonly said: string;
  readonly outcome: 'refused' | 'unknown';
}

const meanings: Readonly<Record<CallFailedReason, Meaning>> = {
  'registry-unheard': { said: 'no registry was heard yet, so nobody knows who serves it', outcome: 'refused' },
  'no-instance': { said: 'nobody serves it at the moment', outcome: 'refused' },
  'refused': { said: 'nobody took the connection', outcome: 'refused' },
  'timeout': { said: 'no answer came in time', outcome: 'unknown' },
  'reset': { said: 'the connection broke before the answer', outcome: 'unknown' },
  'overloaded': { said: 'too many calls of it go on in this program', outcome: 'refused' },
  'not-a-service': { said: 'its address is none of a service', outcome: 'refused' },
  'closed': { said: 'the registry was closed in this program', outcome: 'refused' },
};

/** A `TypeError`, because that is what `fetch` throws where no answer came; programs that ask for that find this one. */
export class CallFailed extends TypeError {
  override readonly name = 'CallFailed';
  readonly reason: CallFailedReason;
  readonly service: string;
  /** Every try, in order. */
  readonly tried: readonly Tried[];
  readonly tookMs: number;
  /** `refused`: it was done nowhere. `unknown`: it may have been done. */
  readonly outcome: 'refused' | 'unknown';

  constructor(
    reason: CallFailedReason,
    service: string,
    more: { readonly tried?: readonly Tried[]; readonly tookMs?: number; readonly cause?: unknown; readonly details?: string } = {},
  ) {
    const { tried = [], tookMs = 0, cause, details } = more;
    const all = tried.length === 0 ? '' : ` Tried: ${tried.map(triedText).join('; ')}.`;
    const what = details === undefined ? meanings[reason].said : `${meanings[reason].said}: ${details}`;
    super(`${service} could not be called: ${what} (${Math.round(tookMs)} ms).${all}`, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.service = service;
    this.tried = tried;
    this.tookMs = tookMs;
    const mayBeDone = tried.some((one) => one.outcome !== 'refused');
    this.outcome = mayBeDone ? 'unknown' : meanings[reason].outcome;
  }
}
