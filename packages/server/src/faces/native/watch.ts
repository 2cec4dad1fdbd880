/**
 * A service as a stream: a snapshot, then every change, resumable. A reader that follows the events knows at
 * each of them exactly what a query at that revision would answer.
 */
import {
  selectChanges,
  type Caller,
  type CatalogView,
  type ChangeBatch,
  type InstanceChange,
  type Namespace,
  ServiceName,
} from '@rollcall/core';
import type { ServerEvent } from '../../shared/event-stream.js';
import { readService, type ServiceQuery } from './answers.js';
import { read, readRef } from './map.js';

/** Where a stream goes. */
export interface EventSink {
  send(event: ServerEvent): void;
  /** Sends what `pulse` says whenever there was nothing else for a while. */
  beat(pulse: () => ServerEvent): void;
}

export interface WatchRequest extends ServiceQuery {
  /** A cursor to resume from; `null` to begin with a snapshot. */
  readonly since: string | null;
}

/** The answer ends it. */
export function watchService(view: CatalogView, request: WatchRequest, caller: Caller, sink: EventSink): () => void {
  const change = (batch: ChangeBatch): void => {
    const event = changeEvent(view.epoch, batch, request);
    if (event !== null) sink.send(event);
  };
  const snapshot = (): void =>
    sink.send({ event: 'snapshot', id: cursorAt(view.epoch, view.revision), data: readService(view, request, caller) });
  const resync = (reason: string): void => {
    sink.send({ event: 'resync', data: { reason } });
    snapshot();
  };

  const missed = request.since === null ? null : missedSince(view, request.since, caller);
  if (missed !== null) missed.forEach(change);
  else if (request.since === null) snapshot();
  else resync('what happened since the given event id is no longer known');

  // The id moves on with every pulse, so that who reconnects after a quiet day has not missed anything.
  sink.beat(() => ({ comment: 'pulse', id: cursorAt(view.epoch, view.revision) }));
  return view.follow({ changed: change, reset: () => resync('the registry read its log anew') }, caller);
}

function cursorAt(epoch: string, revision: number): string {
  return `${epoch}-${revision}`;
}

function missedSince(view: CatalogView, cursor: string, caller: Caller): readonly ChangeBatch[] | null {
  const [, epoch, revision] = /^(.+)-(\d{1,15})$/.exec(cursor) ?? [];
  return epoch === view.epoch ? view.changesAfter(Number(revision), caller) : null;
}

/** `null` if this reader sees nothing of it. */
function changeEvent(epoch: string, { revision, changes }: ChangeBatch, { namespace, service, health }: WatchRequest): ServerEvent | null {
  const { upserts, removes } = selectChanges(changes.filter(concerns(namespace, service)), health);
  if (upserts.length + removes.length === 0) return null;
  return { event: 'change', id: cursorAt(epoch, revision), data: { revision, upserts: upserts.map(read), removes: removes.map(readRef) } };
}

function concerns(namespace: Namespace, service: ServiceName): (change: InstanceChange) => boolean {
  const folded = ServiceName.fold(service);
  return ({ ref }) => ref.namespace === namespace && ServiceName.fold(ref.service) === folded;
}
