/** How a call went, as seen from what it answered or threw: for those who pick by themselves. */
import type { Outcome, OutcomeKind } from './outcome.js';

/** The status of whatever has one, as `Response` and most others have it. */
export function outcomeOfAnswer(answer: unknown): Outcome {
  return outcomeOfStatus(statusOf(answer)) ?? { kind: 'answered' };
}

/** What says nothing about the instance, as a mistake of the caller's own, is `abandoned`. */
export function outcomeOfError(error: unknown): Outcome {
  const byStatus = outcomeOfStatus(statusOf(error) ?? statusOf(propertyOf(error, 'response')));
  return byStatus ?? { kind: kindOfError(error) };
}

const kinds: ReadonlyMap<unknown, OutcomeKind> = new Map<unknown, OutcomeKind>([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].map(
    (code) => [code, 'refused'] as const,
  ),
  ...['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'TimeoutError'].map(
    (code) => [code, 'timeout'] as const,
  ),
  ...['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ERR_STREAM_PREMATURE_CLOSE'].map((code) => [code, 'reset'] as const),
]);
/** `fetch` wraps what happened into an error, and several addresses are another one around that. */
const CAUSES_MAX = 4;

function kindOfError(error: unknown): OutcomeKind {
  let inner = error;
  for (let depth = 0; depth < CAUSES_MAX && inner !== undefined && inner !== null; depth++) {
    const kind = kinds.get(propertyOf(inner, 'code')) ?? kinds.get(propertyOf(inner, 'name'));
    if (kind !== undefined) return kind;
    inner = inner instanceof AggregateError ? inner.errors[0] : propertyOf(inner, 'cause');
  }
  return 'abandoned';
}

function outcomeOfStatus(status: number | undefined): Outcome | undefined {
  return status === undefined ? undefined : { kind: status >= 500 && status !== 501 ? 'failed' : 'answered', status };
}

function statusOf(thing: unknown): number | undefined {
  const status = propertyOf(thing, 'status') ?? propertyOf(thing, 'statusCode');
  return typeof status === 'number' && status >= 100 && status < 600 ? status : undefined;
}

function propertyOf(thing: unknown, name: string): unknown {
  return typeof thing === 'object' && thing !== null ? (thing as Readonly<Record<string, unknown>>)[name] : undefined;
}
