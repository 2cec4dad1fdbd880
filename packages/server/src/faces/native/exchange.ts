/** What goes in and what comes out: a request without its socket, an answer before it is written. */
import type { AskInsight, Caller, CatalogView, Clock, GuardDesk, Random, Registrar, Timeline } from '@rollcall/core';
import type { HttpOutlet } from '../../shared/http-face.js';
import type { SeenNode } from '../../shared/node-report.js';
import type { NodeStatus } from '../../shared/node-status.js';
import type { Answers, ReadAnswer } from './answers.js';
import type { WatchHub } from './watch-hub.js';

export interface NativeContext {
  readonly view: CatalogView;
  readonly registrar: Registrar;
  readonly guard: GuardDesk;
  readonly answers: Answers;
  readonly watches: WatchHub;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  /** The name of this node. */
  readonly node: string;
  /** What it knows of an instance beyond what the view shows. */
  readonly insight: AskInsight;
  /** What it saw happen. */
  readonly timeline: Pick<Timeline, 'of' | 'departed' | 'sinceMs'>;
  /** How it goes, in the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
  /** What the node says of itself, besides what its view shows. */
  readonly status: () => Promise<NodeStatus>;
  /** Every node, in the order of their names, each asked now. Settles within a moment, whoever does not answer. */
  readonly nodes: () => Promise<readonly SeenNode[]>;
  /** Everything that the log holds at one revision; throws before the first chunk if it cannot be had. */
  readonly snapshot: () => AsyncIterable<Uint8Array>;
  /** Not before the view is complete, and not after the end has begun. */
  isReady(): boolean;
  /** Settles with `true` once the view shows this revision, with `false` if it does not within the time. */
  reached(revision: number, withinMs: number): Promise<boolean>;
}

export interface NativeRequest {
  /** As it came: the path and the query. */
  readonly url: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The Accept header. */
  readonly accept: string;
  /** The Last-Event-ID header. */
  readonly lastEventId: string | null;
  /** The If-None-Match header. */
  readonly ifNoneMatch: string | null;
  readonly caller: Caller;
}

export interface PlainAnswer {
  readonly status: number;
  /** Left out: nothing. */
  readonly body?: object;
  /** The header Rollcall-Revision: whoever reads at this revision or later sees what is answered here. */
  readonly revision?: number;
  readonly location?: string;
  /** The header ETag, with its quotes. */
  readonly etag?: string;
}

/** Rendered already. */
export interface RenderedAnswer {
  readonly rendered: ReadAnswer;
  /** Instead of the answer's own: an ETag for which it is also true. */
  readonly etag?: string;
}

/** Something that is no JSON. */
export interface TextAnswer {
  readonly mediaType: string;
  readonly text: string;
}

/** An answer that comes later. What `later` answers is called if nobody waits for it any more. */
export interface LaterAnswer {
  readonly later: (answer: (answer: RenderedAnswer) => void) => () => void;
}

/** An answer that goes on. `open` begins it, and what that answers ends it. */
export interface StreamAnswer {
  readonly mediaType: string;
  readonly open: (outlet: HttpOutlet) => () => void;
}

export type NativeAnswer = PlainAnswer | TextAnswer | RenderedAnswer | LaterAnswer | StreamAnswer;

export interface NativeRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Also answered while the node is starting or stopping. */
  readonly always?: boolean;
  readonly handle: (request: NativeRequest, context: NativeContext) => NativeAnswer | Promise<NativeAnswer>;
}
