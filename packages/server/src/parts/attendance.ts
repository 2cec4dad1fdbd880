/** Attendance as a part of the registry, and who may be heard before it runs: nobody. */
import { RollcallError, type Attendance, type LogRegistrarOptions } from '@rollcall/core';
import type { Part } from '../lifecycle.js';
import type { ClusterNode } from './cluster.js';

/** Where the log is away since the start, whom a heartbeat would keep is not known yet: other nodes know. */
export class Hearing {
  readonly #attendance: Attendance;
  #isOpen = false;

  constructor(attendance: Attendance) {
    this.#attendance = attendance;
  }

  get heard(): LogRegistrarOptions['attendance'] {
    const attendance = this.#attendance;
    return {
      beat: async (ref, checkId) => this.#whenOpen() && attendance.beat(ref, checkId),
      beatMany: (selectors) => (this.#isOpen ? attendance.beatMany(selectors) : selectors.map((_, at) => at)),
      beatMachine: async (ref) => this.#whenOpen() && attendance.beatMachine(ref),
    };
  }

  /** `cluster`: `null` for a node alone. */
  part(cluster: ClusterNode | null): Part {
    const attendance = this.#attendance;
    return {
      name: 'attendance',
      start: async () => {
        await attendance.start();
        this.#isOpen = true;
      },
      close: async () => {
        await cluster?.handOver(() => attendance.leave());
        await attendance.close();
      },
    };
  }

  #whenOpen(): true {
    if (this.#isOpen) return true;
    throw new RollcallError(
      'store-unavailable',
      'The log has not answered since this node was started, and until then it hears nobody. Beat again shortly, or at another node.',
    );
  }
}
