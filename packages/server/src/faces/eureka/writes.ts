/** What instances say of themselves: here I am, still here, goodbye. */
import { InstanceId, isRollcallError, ServiceName, type Instance, type InstanceRef, type Namespace } from '@rollcall/core';
import type { HttpAnswer } from '../../shared/http-face.js';
import { refOf, timeIn, valueIn } from './call.js';
import { idOf, type Said, type Status } from './document.js';
import { bare, bodied, type EurekaContext, type EurekaRequest, type Operation } from './exchange.js';
import { FACE, overrideIn, ownKept, write } from './map.js';
import { readKept } from './kept.js';
import { rewrite, sayStatus } from './overrides.js';
import { readDocument, readInstanceJson, refused, registeredAtIn, statusOf } from './read-document.js';
import { documentIn } from './reads.js';

export const register: Operation = async (request, context) => {
  const said = readDocument(request.body.toString('utf8'), request.type, context.clock.wallMs());
  const name = (request.words[1] ?? '').toUpperCase();
  if (said.app !== name) throw refused(`Mismatched appName, expecting ${name} but was ${said.app}`);
  await registerSaid(said, request, context);
  return bare(204);
};

/** For whom it is said, and whether another server says it. */
export type Saying = Pick<EurekaRequest, 'namespace' | 'caller' | 'isReplicated'>;

async function registerSaid(said: Said, request: Saying, context: EurekaContext): Promise<void> {
  const { namespace, caller, isReplicated } = request;
  const { view, registrar, terms, renewals } = context;
  const ref = refIn(said, namespace);
  const before = ref === null ? null : (view.instance(ref, caller) ?? null);
  const registration = write(said, namespace, terms, before, isReplicated);
  const known = before === null ? null : ownKept(before);
  // Of another face: what other servers say of it they were told from here, unless it is newer.
  if (isReplicated && before !== null && known === null && said.lastDirtyMs <= before.registeredAtMs) return;
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
  const seed = said.overriddenStatus;
  const isSeed = seed !== 'UNKNOWN' && seed !== 'UP' && (before === null || overrideIn(before) === 'UNKNOWN');
  if (!isSeed) return void (await registrar.register(registration, caller));
  // Nobody may call it in between.
  await context.together(async (by) => {
    const { instance } = await by.registrar.register(registration, caller);
    await sayStatus(instance, seed, null, request, { ...context, ...by });
  });
}

/**
 * The same, said by another registry of one whom it hears. `gone`: not taken, because it is older than a goodbye that was said here.
 * Throws `invalid-request`.
 */
export async function registerTold(json: unknown, request: Saying, context: EurekaContext): Promise<'taken' | 'gone'> {
  const said = readInstanceJson(json, context.clock.wallMs());
  const ref = refIn(said, request.namespace);
  if (ref !== null && context.view.instance(ref, request.caller) === undefined) {
    const { lastDirtyMs } = said;
    if (context.goodbyes.outweigh(ref, { lastDirtyMs, registeredAtMs: registeredAtIn(json) })) return 'gone';
  }
  await registerSaid(said, request, context);
  return 'taken';
}

/** `null` for what no instance can be called. */
export function refIn(said: Said, namespace: Namespace): InstanceRef | null {
  const [service, id] = [ServiceName.parse(said.app.toLowerCase()), InstanceId.parse(idOf(said))];
  return service === undefined || id === undefined ? null : { namespace, service, id };
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
  if (lastDirtyMs === null || lastDirtyMs === kept.lastDirtyMs || !isReplicated) await hearFrom(instance, request, context);
  if (lastDirtyMs === null || lastDirtyMs === kept.lastDirtyMs) return null;
  if (lastDirtyMs < kept.lastDirtyMs) return isReplicated ? instance : null;
  if (isReplicated && overridden !== 'UNKNOWN') await sayStatus(instance, overridden, null, request, context);
  return 'again';
}

export const cancel: Operation = async (request, context): Promise<HttpAnswer> => {
  await goodbye(request, context);
  return bare(200);
};

/** Throws `not-found`. */
export async function goodbye(request: EurekaRequest, { view, registrar }: EurekaContext): Promise<void> {
  const { caller } = request;
  const ref = refOf(request);
  const instance = view.instance(ref, caller);
  // Whoever says it, others are told by them: what was heard here is said from here, and what another server says is not said back.
  if (instance !== undefined) await hearFrom(instance, request, { view, registrar });
  await registrar.deregister(ref, caller);
}

/**
 * An instance moves from one server to another by being heard there. Whoever hears it itself tells the others; what is told is not
 * told on.
 */
async function hearFrom(
  instance: Instance,
  { caller, isReplicated: isTold }: Saying,
  context: Pick<EurekaContext, 'view' | 'registrar'>,
): Promise<void> {
  if (ownKept(instance)?.isTold !== !isTold) return;
  try {
    await rewrite(instance, caller, context, (kept) => (kept.isTold === isTold ? null : { ...kept, isTold }));
  } catch (error) {
    // It was heard all the same, and will be again.
    if (!isRollcallError(error)) throw error;
  }
}
