/**
 * What is said of an instance from outside. A status is an intent, with an owner and a reason, which no registration takes away;
 * metadata is written into the registration, as if the instance had said so itself.
 */
import { isRollcallError, type Caller, type Instance, type InstanceRef, type Registration } from '@rollcall/core';
import { notFound, refOf, timeIn, valueIn } from './call.js';
import { statuses, type Status } from './document.js';
import { bare, type EurekaContext, type EurekaRequest, type Operation } from './exchange.js';
import type { Kept } from './kept.js';
import { overrideIn, ownKept, withKept } from './map.js';
import { refused } from './read-document.js';

export const putStatus: Operation = async (request, context) => {
  const value = valueIn(request.query, 'value');
  const status = statuses.find((one) => one === value);
  if (status === undefined)
    throw refused(`value is ${value === null ? 'missing' : JSON.stringify(value.slice(0, 80))}; allowed is one of ${statuses.join(', ')}.`);
  await sayStatus(refOf(request), status, timeIn(request.query, 'lastDirtyTimestamp'), request, context);
  return bare(200);
};

export const removeStatus: Operation = async (request, context) => {
  const value = valueIn(request.query, 'value');
  const status = value === null || value === '' ? 'UNKNOWN' : statuses.find((one) => one === value);
  if (status === undefined) throw refused(`value is ${JSON.stringify(value?.slice(0, 80))}; allowed is one of ${statuses.join(', ')}.`);
  await takeStatusBack(refOf(request), status, timeIn(request.query, 'lastDirtyTimestamp'), request, context);
  return bare(200);
};

type Who = Pick<EurekaRequest, 'caller' | 'isReplicated'>;

/** Throws `not-found`. */
export async function sayStatus(ref: InstanceRef, status: Status, dirtyMs: number | null, who: Who, context: EurekaContext): Promise<void> {
  const { caller } = who;
  // To know nothing of it is to say nothing of it.
  if (status === 'UNKNOWN') return takeStatusBack(ref, 'UNKNOWN', dirtyMs, who, context);
  await sayIntents(ref, status, who, context);
  await rewrite(ref, caller, context, (kept) => {
    const overriddenStatus = status === 'UP' ? 'UP' : 'UNKNOWN';
    const lastDirtyMs = Math.max(kept.lastDirtyMs, dirtyMs ?? 0);
    // Who had put itself out of service is told that it is in.
    const own = status === 'UP' && kept.status === 'OUT_OF_SERVICE' ? status : kept.status;
    const isSame = overriddenStatus === kept.overriddenStatus && lastDirtyMs === kept.lastDirtyMs && own === kept.status;
    return isSame ? null : { ...kept, status: own, lastDirtyMs, overriddenStatus, isModified: true };
  });
}

/** It is `status` until it registers again; `UNKNOWN` makes it do so at its next heartbeat. Throws `not-found`. */
export async function takeStatusBack(
  ref: InstanceRef,
  status: Status,
  dirtyMs: number | null,
  who: Who,
  context: EurekaContext,
): Promise<void> {
  const { caller, isReplicated } = who;
  // Servers that tell each other the same have nothing more to say: else they would never end.
  const before = context.view.instance(ref, caller);
  if (isReplicated && before !== undefined && overrideIn(before) === 'UNKNOWN') return;
  await sayIntents(ref, 'UP', who, context);
  await rewrite(ref, caller, context, (kept) => ({
    ...kept,
    status,
    lastDirtyMs: Math.max(kept.lastDirtyMs, dirtyMs ?? 0),
    overriddenStatus: 'UNKNOWN',
    isModified: true,
  }));
}

const REASON = 'through Eureka';

/** By these words it is known whose word it was: what one server tells another is not told on. */
const REASON_TOLD = 'through another Eureka server';

export function isToldReason(reason: string): boolean {
  return reason.endsWith(REASON_TOLD);
}

/** What every face understands. Only what is not so already is said. */
async function sayIntents(
  ref: InstanceRef,
  status: Status,
  { caller, isReplicated }: Who,
  { view, registrar }: EurekaContext,
): Promise<void> {
  const before = view.instance(ref, caller);
  if (before === undefined) throw notFound(`There is no instance ${ref.id} of ${ref.service}.`);
  const reason = `${status}, ${isReplicated ? REASON_TOLD : REASON}`;
  const mode = before.intent?.mode?.mode ?? 'in';
  const health = status === 'DOWN' ? 'critical' : status === 'STARTING' ? 'starting' : null;
  // First what takes it out of rotation, so that it is not in for a moment.
  if (status === 'OUT_OF_SERVICE' && mode !== 'out') await registrar.setMode(ref, { mode: 'out', reason, owner: 'operator' }, caller);
  if (health !== (before.intent?.status?.health ?? null))
    await registrar.overrideStatus(ref, health === null ? null : { health, reason }, caller);
  if (status !== 'OUT_OF_SERVICE' && mode !== 'in') await registrar.setMode(ref, { mode: 'in' }, caller);
}

export const putMetadata: Operation = async (request, context) => {
  const { query, caller } = request;
  const ref = refOf(request);
  const said = Object.fromEntries(Object.keys(query).map((name) => [name, valueIn(query, name) ?? '']));
  const instance = context.view.instance(ref, caller);
  if (instance === undefined) throw notFound(`There is no instance ${ref.id} of ${ref.service}.`);
  // Of another face: laid over what it says, which is not ours to write.
  if (ownKept(instance) === null) await context.registrar.patch(ref, { metadata: said }, caller);
  else await amend(ref, caller, context, (kept, current) => relabelled(current, kept, said));
  return bare(200);
};

function relabelled(instance: Instance, kept: Kept, said: Readonly<Record<string, string>>): Registration {
  const { zone } = said;
  const registration = withKept(instance, { ...kept, isModified: false });
  return { ...registration, metadata: { ...registration.metadata, ...said }, ...(zone === undefined || zone === '' ? {} : { zone }) };
}

/** Somebody else may write the same at the same time: then it is looked at again. */
const TRIES_MAX = 5;

/** What is kept of it becomes something else; `null` for nothing new. Of an instance of another face nothing is kept here. */
export function rewrite(
  ref: InstanceRef,
  caller: Caller,
  context: Pick<EurekaContext, 'view' | 'registrar'>,
  change: (kept: Kept) => Kept | null,
): Promise<void> {
  return amend(ref, caller, context, (kept, instance) => {
    const changed = change(kept);
    return changed && withKept(instance, changed);
  });
}

async function amend(
  ref: InstanceRef,
  caller: Caller,
  { view, registrar }: Pick<EurekaContext, 'view' | 'registrar'>,
  change: (kept: Kept, instance: Instance) => Registration | null,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const instance = view.instance(ref, caller);
    const kept = instance === undefined ? null : ownKept(instance);
    const changed = instance === undefined || kept === null ? null : change(kept, instance);
    if (instance === undefined || changed === null) return;
    try {
      await registrar.register(changed, caller, { over: instance.revision });
      return;
    } catch (error) {
      if (!isRollcallError(error, 'conflict') || tries >= TRIES_MAX) throw error;
    }
  }
}
