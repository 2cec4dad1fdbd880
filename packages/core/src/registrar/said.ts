/** What somebody says of himself beyond "I am here", and what of that is news. The same for instances and machines. Pure. */
import { refusal } from '../catalog/fields.js';
import { verdictOn, type Health, type Verdict, type Verdicts } from '../catalog/health.js';
import type { Check } from '../catalog/registration.js';
import type { Word } from '../face.js';

export type Said = Word & { readonly status: Health };

/** The verdicts with what is new; `null` where nothing is. Whoever says the same in other words has been so since he said it first. */
export function saidVerdicts(word: Said, checks: readonly Check[], before: Verdicts, nowMs: number): Verdicts | null {
  const news = newsOf(word, checks, before);
  if (news.length === 0) return null;
  const { status, output = '' } = word;
  const said = news.map(({ id }): readonly [string, Verdict] => {
    const known = verdictOn(before, id);
    return [id, { status, reason: 'heartbeat', sinceMs: known?.status === status ? known.sinceMs : nowMs, output }];
  });
  return { ...before, ...Object.fromEntries(said) };
}

/** The checks that said something else before. */
export function newsOf(
  { status, output = '', check: only, isOutputNews }: Said,
  checks: readonly Check[],
  verdicts: Verdicts,
): readonly Check[] {
  return checks.filter((check) => {
    if (!isMeant(check, only)) return false;
    const verdict = verdictOn(verdicts, check.id);
    return (verdict?.status ?? check.born) !== status || (isOutputNews === true && (verdict?.output ?? '') !== output);
  });
}

/** Throws `invalid-request` for words about a check that nobody speaks for. */
export function demandMeaning(checks: readonly Check[], { status, check: only }: Word): void {
  if (status === undefined && only === undefined) return;
  if (checks.some((check) => isMeant(check, only))) return;
  const ids = checks.filter((check) => isMeant(check, undefined)).map(({ id }) => JSON.stringify(id));
  if (only !== undefined) {
    const allowed = ids.length === 0 ? 'none: this instance waits for no heartbeats' : `one of ${ids.join(', ')}`;
    throw refusal([{ field: 'check', came: JSON.stringify(only), allowed }]);
  }
  throw refusal([{ field: 'status', came: JSON.stringify(status), allowed: 'none: this instance waits for no heartbeats' }]);
}

function isMeant({ id, type }: Check, only: string | undefined): boolean {
  return type === 'heartbeat' && (only === undefined || only === id);
}
