/** What a change in the catalog means for what other servers are told. Pure. */
import type { Instance } from '@rollcall/core';
import type { News } from './outbox.js';
import { isHeard, isOurs, overrideOn, ownStatus, sameness } from './told.js';

/** `forget`: others tell of it, or nobody. */
export type Step = { readonly act: 'note'; readonly news: Partial<News> } | { readonly act: 'cancel' } | { readonly act: 'forget' };

/** `null`: nothing is new for them. */
export function stepFor(previous: Instance | null, current: Instance | null): Step | null {
  const wasOurs = previous !== null && isOurs(previous);
  if (current === null) return { act: wasOurs ? 'cancel' : 'forget' };
  // It lost its address: nobody could call it.
  if (current.host === null) return wasOurs ? { act: 'cancel' } : null;
  const override = isOverrideNews(previous, current);
  return isOurs(current) ? ourStep(previous, current, override) : theirStep(previous, current, override);
}

/** Everything that is to be told of one that was here when nobody looked. */
export function firstStep(current: Instance): Step | null {
  const override = isOverrideNews(null, current);
  return isOurs(current) ? ourStep(null, current, override) : theirStep(null, current, override);
}

function ourStep(previous: Instance | null, current: Instance, override: boolean): Step | null {
  // Who is not heard is not spoken of, and told anew when it is heard again.
  if (!isHeard(current)) return override ? { act: 'note', news: { override } } : null;
  if (previous === null || !isHeard(previous)) return { act: 'note', news: { register: true, override } };
  const register = isChanged(previous, current);
  // It moved here: who vouches for it has changed.
  const beat = !isOurs(previous);
  return register || beat || override ? { act: 'note', news: { register, beat, override } } : null;
}

function theirStep(previous: Instance | null, current: Instance, override: boolean): Step | null {
  if (previous === null || !isOurs(previous)) return override ? { act: 'note', news: { override } } : null;
  // What was found of it here was told: now it is again as it says itself.
  const register = isHeard(previous) && ownStatus(previous) !== ownStatus(current);
  return register || override ? { act: 'note', news: { register, override } } : { act: 'forget' };
}

function isOverrideNews(previous: Instance | null, current: Instance): boolean {
  const now = overrideOn(current);
  return !now.isTold && now.status !== (previous === null ? 'UNKNOWN' : overrideOn(previous).status);
}

function isChanged(previous: Instance, current: Instance): boolean {
  const isUntouched =
    previous.revision === current.revision && previous.intentRevision === current.intentRevision && previous.health === current.health;
  return !isUntouched && sameness(previous) !== sameness(current);
}
