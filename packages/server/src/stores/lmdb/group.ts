/** Commits that go to disk together: one sync for all of them. */
import { emptyLayer, keyOf, toText, type Layer, type RevisionBatch } from '@rollcall/core';
import type { MediumWrite } from '../../shared/medium.js';
import { encodeBatch } from './codec.js';
import type { LogRecord } from './frame.js';
import type { GatheredBatch } from './gathered.js';

export class Group {
  readonly #writes: MediumWrite[] = [];
  /** Laid over the state before the group, it shows the state after it. */
  readonly layer: Layer = emptyLayer();
  /** Settles when the group is on disk and has been handed to the watchers; fails with all of it. */
  readonly done: Promise<void>;
  resolve!: () => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Who wrote awaits it. That nobody else does must not end the process.
    this.done.catch(() => undefined);
  }

  add(write: MediumWrite): void {
    this.#writes.push(write);
    for (const change of write.batch?.changes ?? []) this.layer.set(toText(keyOf(change)), change.type === 'put' ? change.entry : null);
  }

  /** As the log and the history keep it. To be called once, when nothing is added any more. */
  seal(wallMs: number): SealedGroup {
    const batches = this.#writes.flatMap(({ batch }) =>
      batch === undefined ? [] : [{ batch, wallMs, encoded: encodeBatch({ batch, wallMs }) }],
    );
    return { batches, leases: this.#writes.flatMap(leaseRecords) };
  }
}

export interface SealedGroup {
  readonly batches: readonly GatheredBatch[];
  readonly leases: readonly LogRecord[];
}

export function batchRecord({ batch, encoded }: { readonly batch: RevisionBatch; readonly encoded: Buffer }): LogRecord {
  return { type: 'batch', revision: batch.revision, encoded };
}

function leaseRecords({ granted, revoked }: MediumWrite): LogRecord[] {
  return [
    ...(granted === undefined ? [] : [{ type: 'granted', lease: granted } as const]),
    ...(revoked === undefined ? [] : [{ type: 'revoked', lease: revoked } as const]),
  ];
}
