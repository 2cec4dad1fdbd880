/** Who may be heard before attendance runs: nobody. */
import { RollcallError, type Attendance, type LogRegistrarOptions } from '@rollcall/core';
import type { Part } from '../lifecycle.js';
import type { ClusterNode } from './cluster.js';

/** Where the log is away since the start, whom a heartbeat would keep is not known yet: other nodes know. */
export class Hearing {
  readonly #attendance: Attendance;
  readonly #cluster: ClusterNode;
  #isOpen = false;

  constructor(attendance: Attendance, cluster: ClusterNode) {
    this.#attendance = attendance;
    this.#cluster = cluster;
  }

  get heard(): LogRegistrarOptions['attendance'] {
    const attendance = this.#attendance;
    return {
      beat: async (ref, checkId) => this.#whenOpen() && attendance.beat(ref, checkId),
      beatMany: (selectors) => (this.#isOpen ? attendance.beatMany(selectors) : selectors.map((_, at) => at)),
      get isApart() {
        return attendance.isApart;
      },
      beatMachine: async (ref, checkId) => this.#whenOpen() && attendance.beatMachine(ref, checkId),
      renew: async (ref) => {
        this.#whenOpen();
        await attendance.renew(ref);
      },
      renewMachine: async (ref) => {
        this.#whenOpen();
        await attendance.renewMachine(ref);
      },
    };
  }

  get part(): Part {
    return {
      name: 'attendance',
      start: async () => {
        await this.#attendance.start();
        this.#isOpen = true;
      },
      close: async () => {
        await this.#cluster.handOver(() => this.#attendance.leave());
        await this.#attendance.close();
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
