/** What goes in and what comes out: a request without its socket, an answer before it is written. */
import type { Caller, CatalogView, Registrar } from '@rollcall/core';
import type { EventSink } from './watch.js';

export interface NativeContext {
  readonly view: CatalogView;
  readonly registrar: Registrar;
  readonly version: string;
  /** Not before the view is complete, and not after the end has begun. */
  isReady(): boolean;
}

export interface NativeRequest {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The Accept header. */
  readonly accept: string;
  /** The Last-Event-ID header. */
  readonly lastEventId: string | null;
  readonly caller: Caller;
}

export interface PlainAnswer {
  readonly status: number;
  /** Left out: nothing. */
  readonly body?: object;
  /** The header Rollcall-Revision: whoever reads at this revision or later sees what is answered here. */
  readonly revision?: number;
  readonly location?: string;
}

/** An answer that goes on. `start` begins it, and what that answers ends it. */
export interface StreamAnswer {
  readonly revision: number;
  readonly start: (sink: EventSink) => () => void;
}

export type NativeAnswer = PlainAnswer | StreamAnswer;

export interface NativeRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Also answered while the node is starting or stopping. */
  readonly always?: boolean;
  readonly handle: (request: NativeRequest, context: NativeContext) => NativeAnswer | Promise<NativeAnswer>;
}
