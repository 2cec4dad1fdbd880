/** From the blocks of a stream to what a watcher is told. */
import type { EventBlock } from './event-stream.js';
import type { Change, ServiceInstances } from './shapes.js';
import type { WatchEvent } from './watch-question.js';

/** Of one service the data is its answer; of many, a part of all of theirs. */
type SnapshotData =
  | ServiceInstances
  | { readonly revision: number; readonly services: readonly ServiceInstances[]; readonly more?: boolean };

/** Puts a snapshot of several parts together: half a snapshot tells nobody anything. */
export class WatchBlocks {
  #parts: ServiceInstances[] = [];

  /** `null` for a sign of life, a part of something, and what a newer registry may say. Throws for what is no JSON. */
  read({ event, data, id }: EventBlock): WatchEvent | null {
    if (data === null) return null;
    if (event === 'snapshot') return this.#snapshot(JSON.parse(data) as SnapshotData, id);
    if (event === 'change') return { event, cursor: id, ...(JSON.parse(data) as Change) };
    if (event !== 'resync') return null;
    this.#parts = [];
    return { event, reason: (JSON.parse(data) as { readonly reason: string }).reason };
  }

  #snapshot(data: SnapshotData, cursor: string): WatchEvent | null {
    const { revision } = data;
    if ('instances' in data) return { event: 'snapshot', cursor, revision, services: [data] };
    for (const one of data.services) this.#parts.push(one);
    if (data.more === true) return null;
    const services = this.#parts;
    this.#parts = [];
    return { event: 'snapshot', cursor, revision, services };
  }
}
