/** What was tried for a call: which instance, how that ended, how long it took. */
import type { OutcomeKind } from '../balancing/outcome.js';

export interface Tried {
  readonly id: string;
  /** `host:port`, where it was called. */
  readonly address: string;
  readonly outcome: OutcomeKind;
  readonly status?: number;
  /** Why, in the system's own word, such as `ECONNREFUSED`. */
  readonly because?: string;
  /** When it began, after the call itself. */
  readonly afterMs: number;
  readonly tookMs: number;
}

/** `pay-1 (10.0.0.5:8080) refused after 1 ms: ECONNREFUSED`. */
export function triedText({ id, address, outcome, status, because, tookMs }: Tried): string {
  const how = status === undefined ? said[outcome] : `answered ${status}`;
  return `${id} (${address}) ${how} after ${Math.round(tookMs)} ms${because === undefined ? '' : `: ${because}`}`;
}

const said = {
  answered: 'answered',
  failed: 'failed',
  refused: 'refused the connection',
  timeout: 'said nothing',
  reset: 'broke the connection',
  abandoned: 'was given up',
} satisfies Readonly<Record<OutcomeKind, string>>;
