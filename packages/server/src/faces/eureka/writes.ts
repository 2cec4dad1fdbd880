/** What instances say of themselves: here I am, still here, goodbye. */
import { InstanceId, isRollcallError, ServiceName, type Instance, type InstanceRef } from '@rollcall/core';
import type { HttpAnswer } from '../../shared/http-face.js';
import { refOf, timeIn, valueIn } from './call.js';
import { idOf, type Said, type Status } from './document.js';
import { bare, bodied, type EurekaContext, type EurekaRequest, type Operation } from './exchange.js';
import { FACE, overrideIn, ownKept, write } from './map.js';
import { readKept } from './kept.js';
import { sayStatus } from './overrides.js';
import { readDocument, refused, statusOf } from './read-document.js';
import { documentIn } from './reads.js';

export const register: Operation = async (request, context) => {
  const said = readDocument(request.body.toString('utf8'), request.type, context.clock.wallMs());
  const name = (request.words[1] ?? '').toUpperCase();
  if (said.app !== name) throw refused(`Mismatched appName, expecting ${name} but was ${said.app}`);
  await registerSaid(said, request, context);
  return bare(204);
};

export async function registerSaid(said: Said, request: EurekaRequest, context: EurekaContext): Promise<void> {
  const { namespace, caller } = request;
  const { view, registrar, terms, renewals } = context;
  const [service, id] = [ServiceName.parse(said.app.toLowerCase()), InstanceId.parse(idOf(said))];
  const before = service === undefined || id === undefined ? null : (view.instance({ namespace, service, id }, caller) ?? null);
  const registration = write(said, namespace, terms, before);
  const known = before === null ? null : ownKept(before);
  // What it said later counts, whatever comes late. Whose status nobody knows any more may say it again.
  if (known !== null && known.lastDirtyMs > said.lastDirtyMs && known.status !== 'UNKNOWN') {
    try {
      await registrar.heartbeat(registration, caller);
      renewals.count();
      return;
    } catch (error) {
      // It left while we looked.
      if (!isRollcallError(error, 'not-found')) throw error;
    }
  }
  const { instance } = await registrar.register(registration, caller);
  const seed = said.overriddenStatus;
  if (seed !== 'UNKNOWN' && seed !== 'UP' && (before === null || overrideIn(before) === 'UNKNOWN'))
    await sayStatus(instance, seed, null, request, context);
}

export interface Beat {
  readonly lastDirtyMs: number | null;
  /** Only a server says it of somebody else. */
  readonly overridden: Status;
}

export const renew: Operation = async (request, context) => {
  const { query, form } = request;
  const beat = { lastDirtyMs: timeIn(query, 'lastDirtyTimestamp'), overridden: statusOf(valueIn(query, 'overriddenstatus')) };
  const found = await heard(refOf(request), beat, request, context);
  if (found === 'again') return bare(404);
  return found === null ? bare(200) : bodied(form, form.instance(documentIn(context.view, found, request.caller)), 409);
};

/** `again`: it has to register. An instance: what a server says of it is older than this. `null`: all is well. Throws `not-found`. */
export async function heard(
  ref: InstanceRef,
  beat: Beat,
  request: EurekaRequest,
  context: EurekaContext,
): Promise<Instance | 'again' | null> {
  const { caller, isReplicated } = request;
  await context.registrar.heartbeat(ref, caller);
  context.renewals.count();
  const instance = context.view.instance(ref, caller);
  const kept = readKept(instance?.origin.kept?.[FACE]);
  if (instance === undefined || kept === null) return null;
  if (kept.status === 'UNKNOWN') return 'again';
  const { lastDirtyMs, overridden } = beat;
  if (lastDirtyMs === null || lastDirtyMs === kept.lastDirtyMs) return null;
  if (lastDirtyMs < kept.lastDirtyMs) return isReplicated ? instance : null;
  if (isReplicated && overridden !== 'UNKNOWN') await sayStatus(instance, overridden, null, request, context);
  return 'again';
}

export const cancel: Operation = async (request, { registrar }): Promise<HttpAnswer> => {
  await registrar.deregister(refOf(request), request.caller);
  return bare(200);
};
