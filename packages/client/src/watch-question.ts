/** What can be watched, what is told, and where the question goes. */
import type { Operation } from '@rollcall/contract';
import { filterQuery, type InstanceFilters } from './options.js';
import type { Query } from './request-target.js';
import type { Change, ServiceInstances } from './shapes.js';
import type { Unanswered } from './unanswered.js';
import type { RegistryProblem } from './registry-problem.js';

/** One service, several, all whose names begin so, or (with none of the three) all that there ever will be. */
export type WatchQuestion = InstanceFilters &
  ({ readonly service: string } | { readonly services?: readonly string[]; readonly prefix?: string });

export type WatchEvent =
  /** All that there is, as of `revision`; it replaces whatever was told before. */
  | { readonly event: 'snapshot'; readonly cursor: string; readonly revision: number; readonly services: readonly ServiceInstances[] }
  /** What has changed since. Leaving the rotation is a remove, coming back an upsert. */
  | ({ readonly event: 'change'; readonly cursor: string } & Change)
  /** Something was missed; a snapshot follows. Until then, what was told is the best there is. */
  | { readonly event: 'resync'; readonly reason: string };

/** How it stands with the connection. */
export type WatchState =
  | { readonly state: 'connected' }
  | {
      readonly state: 'waiting';
      readonly because: RegistryProblem | Unanswered;
      readonly retryInMs: number;
      /** There was a connection before. */
      readonly lost: boolean;
    };

export interface WatchOptions {
  /** Ends it, quietly. */
  readonly signal?: AbortSignal;
  readonly namespace?: string;
  /** The cursor of what is known already: what was missed since comes as a `change`. */
  readonly since?: string;
  /** Nothing at all for so long, not even a pulse: the connection counts as dead. 45 s, three pulses, if left out. */
  readonly silenceMsMax?: number;
  /** The same for the first word, which a registry says at once. 10 s if left out. */
  readonly firstWordMsMax?: number;
  /** How long a connection may take to be answered. */
  readonly timeoutMs?: number;
  /** Told when the connection comes about, and when it is lost. */
  readonly onState?: (state: WatchState) => void;
  /** Told with everything that comes, before what it brings; a pulse counts. */
  readonly onHeard?: () => void;
  /** Told when the registry cannot follow its log, and how old is what it tells; and when it can again: 0. */
  readonly onStale?: (ageSeconds: number) => void;
}

export interface WatchTarget {
  readonly operation: Operation;
  readonly varying: Readonly<Record<string, string>>;
  readonly query: Query;
}

export function watchTarget(question: WatchQuestion): WatchTarget {
  const filters = filterQuery(question);
  if ('service' in question) return { operation: 'instances', varying: { name: question.service }, query: filters };
  return { operation: 'watch', varying: {}, query: { ...filters, service: question.services, prefix: question.prefix } };
}
