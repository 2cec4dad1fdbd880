/**
 * What must be true of a cluster whatever happens, judged by what was acknowledged to whom and by what stands in the log. It sees
 * every revision the moment it is made, and never asks a node.
 */
import {
  decodeHealthRecord,
  HEARTBEAT_CHECK_ID,
  keyOf,
  parseRecordKey,
  verdictOn,
  type InstanceRef,
  type RevisionBatch,
} from '@rollcall/core';

class Objection extends Error {
  override readonly name = 'Objection';
}

export interface Known {
  readonly ttlMs: number;
  /** When a node began to deal with the last heartbeat or registration that came in, whatever became of it. */
  touchedMs: number;
  /** The same of the last one that was acknowledged. */
  ackedMs: number;
  /** When one was last acknowledged that came later than a ttl after the one before: then a lapse may just have been on its way. */
  lateMs: number;
  lapsedMs: number | null;
  /** `null` while it is not in the log. */
  thereSinceMs: number | null;
  /** It beats no more. */
  isDead: boolean;
}

/** How old answers may be on which a lapse stands, and how long the commit may take. */
const LAPSE_UNDER_WAY_MS = 3500;
/** A tick, handing over, a question to everybody, a commit, and what a slow message takes on each of these ways. */
const NOTICED_WITHIN_MS = 4000;
/** A membership that ends. */
const NODE_TTL_MS = 6000;
/** Moving duty, trying again, reading anew what was lost. */
const SETTLED_WITHIN_MS = 8000;

export class ClusterOracle {
  readonly #now: () => number;
  readonly #known: readonly Known[];
  /** When something was last wrong with the cluster. */
  #troubledMs = 0;
  lapses = 0;
  recoveries = 0;
  departures = 0;

  constructor(ttlsMs: readonly number[], now: () => number) {
    this.#now = now;
    this.#known = ttlsMs.map((ttlMs) => ({
      ttlMs,
      touchedMs: -Infinity,
      ackedMs: -Infinity,
      lateMs: -Infinity,
      lapsedMs: null,
      thereSinceMs: null,
      isDead: false,
    }));
  }

  known(at: number): Known {
    return this.#known[at] as Known;
  }

  troubled(): void {
    this.#troubledMs = this.#now();
  }

  touched(at: number): void {
    this.known(at).touchedMs = this.#now();
  }

  /** A heartbeat with which a node began to deal at that time. */
  acknowledged(at: number, sinceMs: number): void {
    const one = this.known(at);
    if (sinceMs - one.ackedMs >= one.ttlMs) one.lateMs = this.#now();
    one.ackedMs = Math.max(one.ackedMs, sinceMs);
  }

  /** To a heartbeat with which a node began to deal at that time. */
  refusedAsUnknown(at: number, sinceMs: number): void {
    const { thereSinceMs } = this.known(at);
    if (thereSinceMs !== null && thereSinceMs <= sinceMs) this.#object(at, 'was told that nobody knows it, and stands in the log');
  }

  revision({ changes }: RevisionBatch): void {
    for (const change of changes) {
      const key = parseRecordKey(keyOf(change));
      if (key === null || !('ref' in key)) continue;
      const at = indexOf(key.ref);
      if (key.kind === 'instances') this.#registers(at, change.type === 'put');
      if (key.kind === 'health' && change.type === 'put') {
        const verdict = verdictOn(decodeHealthRecord(change.entry.value)?.verdicts ?? {}, HEARTBEAT_CHECK_ID);
        if (verdict?.reason === 'lapse') this.#lapses(at);
        else if (verdict?.reason === 'heartbeat') this.#recovers(at);
      }
    }
  }

  /** Looks at everybody: who fell silent is critical in time. */
  look(): void {
    const nowMs = this.#now();
    this.#known.forEach((one, at) => {
      if (one.thereSinceMs === null || one.lapsedMs !== null) return;
      const calmMs = one.touchedMs + one.ttlMs + NOTICED_WITHIN_MS;
      const troubledMs = this.#troubledMs + NODE_TTL_MS + one.ttlMs + SETTLED_WITHIN_MS;
      const wasTroubled = this.#troubledMs >= one.touchedMs - LAPSE_UNDER_WAY_MS;
      if (nowMs > (wasTroubled ? Math.max(calmMs, troubledMs) : calmMs)) this.#object(at, 'fell silent, and is still not critical');
    });
  }

  /** At the end, when all has been well for long. */
  judge(): void {
    this.#known.forEach((one, at) => {
      if (one.isDead) {
        if (one.thereSinceMs !== null && one.lapsedMs === null) this.#object(at, 'is dead, and passing');
      } else if (one.thereSinceMs === null || one.lapsedMs !== null) this.#object(at, 'beats, and is not passing');
      else if (one.ackedMs < this.#now() - one.ttlMs) this.#object(at, 'beats, and nobody acknowledges it');
    });
  }

  #registers(at: number, isThere: boolean): void {
    const one = this.known(at);
    if (isThere) one.lapsedMs = null;
    else {
      this.departures++;
      this.#demandSilence(at, 'departed');
    }
    one.thereSinceMs = isThere ? (one.thereSinceMs ?? this.#now()) : null;
  }

  #lapses(at: number): void {
    const one = this.known(at);
    if (one.lapsedMs !== null) return;
    this.lapses++;
    one.lapsedMs = this.#now();
    this.#demandSilence(at, 'lapsed');
  }

  #recovers(at: number): void {
    const one = this.known(at);
    if (one.lapsedMs === null) return;
    this.recoveries++;
    if (one.touchedMs < one.lapsedMs - LAPSE_UNDER_WAY_MS) this.#object(at, 'is back, and nobody has heard it');
    one.lapsedMs = null;
  }

  #demandSilence(at: number, what: string): void {
    const one = this.known(at);
    const nowMs = this.#now();
    if (nowMs - one.ackedMs < one.ttlMs && nowMs - one.lateMs > LAPSE_UNDER_WAY_MS) {
      const { ttlMs, ackedMs, lateMs } = one;
      this.#object(at, `${what} at ${nowMs}, ttl ${ttlMs}; acknowledged at ${ackedMs}, late before at ${lateMs}`);
    }
  }

  #object(at: number, what: string): never {
    throw new Objection(`${idOf(at)} ${what} (at ${this.#now()})`);
  }
}

export function idOf(at: number): string {
  return `i${at}`;
}

function indexOf({ id }: InstanceRef): number {
  return Number(id.slice(1));
}
