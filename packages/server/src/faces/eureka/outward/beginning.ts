/** What another server has is taken over: once, when this one begins to speak with it. */
import { isObject, isRollcallError, type InstanceRef } from '@rollcall/core';
import type { EurekaContext } from '../exchange.js';
import { overrideIn, ownKept } from '../map.js';
import { sayStatus } from '../overrides.js';
import { readInstanceJson } from '../read-document.js';
import { refIn, registerTold, type Saying } from '../writes.js';
import { FACE_LABEL } from './told.js';

export interface Taken {
  /** Instances that were not known here, or not as new. */
  readonly taken: number;
  /** Those that cannot be understood, or cannot be here. */
  readonly refused: number;
}

/** They share commits. */
const AT_ONCE_MAX = 200;

/** `null`: it is no list. `isUntold`: that server does not know yet what is known here. Throws where the log cannot be written. */
export async function takeList(
  text: string,
  saying: Saying,
  context: EurekaContext,
  isUntold: (ref: InstanceRef) => boolean,
): Promise<Taken | null> {
  const documents = documentsIn(text);
  if (documents === null) return null;
  let [taken, refused] = [0, 0];
  for (let from = 0; from < documents.length; from += AT_ONCE_MAX) {
    const results = documents.slice(from, from + AT_ONCE_MAX).map((document) => takeOne(document, saying, context, isUntold));
    for (const result of await Promise.all(results)) {
      if (result === 'taken') taken++;
      else if (result === 'refused') refused++;
    }
  }
  return { taken, refused };
}

async function takeOne(
  document: unknown,
  saying: Saying,
  context: EurekaContext,
  isUntold: (ref: InstanceRef) => boolean,
): Promise<'taken' | 'known' | 'refused'> {
  try {
    const said = readInstanceJson(document, context.clock.wallMs());
    const ref = refIn(said, saying.namespace);
    // Of another protocol: whoever has it here says so himself, and all of it.
    if ((ref !== null && isUntold(ref)) || Object.hasOwn(said.metadata, FACE_LABEL)) return 'known';
    const known = ref === null ? undefined : context.view.instance(ref, saying.caller);
    const knownMs = known === undefined ? -1 : (ownKept(known)?.lastDirtyMs ?? known.registeredAtMs);
    if (said.lastDirtyMs > knownMs) {
      return (await registerTold(document, saying, context)) === 'taken' ? 'taken' : 'known';
    }
    // Said there while nobody was here to be told.
    const { overriddenStatus: status } = said;
    if (known !== undefined && status !== 'UNKNOWN' && overrideIn(known) === 'UNKNOWN')
      await sayStatus(known, status, null, saying, context);
    return 'known';
  } catch (error) {
    if (!isRollcallError(error) || error.retryable) throw error;
    return 'refused';
  }
}

/** All instances of all applications; servers of long ago wrote one alone without brackets. `null`: it is no list. */
function documentsIn(text: string): readonly unknown[] | null {
  const json = parsed(text);
  const applications = isObject(json) ? json['applications'] : null;
  if (!isObject(applications)) return null;
  return listed(applications['application']).flatMap((application) => (isObject(application) ? listed(application['instance']) : []));
}

function listed(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
