/** The same log, whose watchers hear of nothing until they are let catch up: what a node sees that is behind. */
import type { RevisionBatch, Store } from '../ports/store.js';

export interface LateLog {
  readonly store: Store;
  fallBehind(): void;
  catchUp(): void;
}

export function lateLog(log: Store): LateLog {
  let waiting: (() => void)[] | null = null;
  const later = (tell: () => void): void => {
    if (waiting === null) tell();
    else waiting.push(tell);
  };
  const store: Store = Object.assign(Object.create(log) as Store, {
    range: log.range.bind(log),
    commit: log.commit.bind(log),
    status: log.status.bind(log),
    watch: (...[request, sink]: Parameters<Store['watch']>) =>
      log.watch(request, {
        next: (batch: RevisionBatch) => later(() => void sink.next(batch)),
        ended: (reason) => sink.ended(reason),
      }),
  });
  return {
    store,
    fallBehind: () => {
      waiting = [];
    },
    catchUp: () => {
      const told = waiting ?? [];
      waiting = null;
      for (const tell of told) tell();
    },
  };
}
