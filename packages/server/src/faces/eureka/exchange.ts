/** What the operations are given, and what they answer. */
import type { Caller, CatalogView, Clock, GuardDesk, Registrar } from '@rollcall/core';
import type { HttpAnswer } from '../../shared/http-face.js';
import type { Bodies } from './bodies.js';
import type { Call } from './call.js';
import type { Estates } from './estate.js';
import type { Form } from './forms.js';
import type { Goodbyes } from './goodbyes.js';
import type { Terms } from './map.js';
import type { PeerReport } from './outward/peer-report.js';
import type { Renewals } from './renewals.js';

export interface EurekaContext {
  readonly view: CatalogView;
  readonly registrar: Registrar;
  /** What is written so is one commit, or one behind the other where it cannot be. It may be tried again, and says so by being called again. */
  readonly together: (write: (by: Pick<EurekaContext, 'view' | 'registrar'>) => Promise<void>) => Promise<void>;
  readonly estates: Estates;
  readonly bodies: Bodies;
  readonly renewals: Renewals;
  readonly goodbyes: Pick<Goodbyes, 'outweigh'>;
  readonly terms: Terms;
  readonly clock: Clock;
  readonly guard: Pick<GuardDesk, 'report'>;
  /** The servers that are told what happens here. */
  readonly peers: () => readonly PeerReport[];
  readonly node: string;
  readonly version: string;
  /** By the monotonic clock. */
  readonly startedMs: number;
  /** In bytes. */
  readonly memory: () => { readonly used: number; readonly total: number };
}

export interface EurekaRequest extends Call {
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
  /** The Content-Type. */
  readonly type: string;
  readonly form: Form;
  readonly wantsGzip: boolean;
  /** A server tells what its clients told it. */
  readonly isReplicated: boolean;
  /** Which server says it, by its own word; empty for who does not say. */
  readonly server: string;
  readonly caller: Caller;
}

export type Operation = (request: EurekaRequest, context: EurekaContext) => HttpAnswer | Promise<HttpAnswer>;

/** Heartbeats and the like: their clients would take any body for an instance. */
export function bare(status: number): HttpAnswer {
  return { status, headers: [], body: null };
}

export function bodied(form: Pick<Form, 'mediaType'>, body: Buffer | string, status = 200): HttpAnswer {
  return { status, headers: ['content-type', form.mediaType], body };
}
