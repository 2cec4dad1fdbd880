/** What must be true of verdicts on targets, seen from where nothing is hidden. */
import { decodeHealthRecord, parseRecordKey, toText, type RevisionBatch } from '@rollcall/core';
import type { Street } from './street.js';

export const CHECK = 'tcp';

/** Whoever was silent when it was asked may be alive again by the time that a second opinion has come. */
const GRACE_MS = 3_000;

export class ProbeOracle {
  readonly #street: Street;
  readonly #now: () => number;
  readonly #wallNow: () => number;
  readonly #isCritical: boolean[];
  /** Then good news wait. */
  readonly #isFlapping: boolean[];
  verdicts = 0;

  constructor(street: Street, clock: { monotonicMs(): number; wallMs(): number }) {
    this.#street = street;
    this.#now = () => clock.monotonicMs();
    this.#wallNow = () => clock.wallMs();
    this.#isCritical = street.asked.map(() => false);
    this.#isFlapping = street.asked.map(() => false);
  }

  revision({ changes }: RevisionBatch): void {
    for (const change of changes) {
      if (change.type !== 'put') continue;
      const key = parseRecordKey(change.entry.key);
      if (key === null || !('ref' in key) || key.kind !== 'health') continue;
      const verdict = decodeHealthRecord(change.entry.value)?.verdicts[CHECK];
      if (verdict === undefined) continue;
      const at = Number(key.ref.id.slice(1));
      this.verdicts++;
      this.#isCritical[at] = verdict.status === 'critical';
      this.#isFlapping[at] = verdict.flapping === true;
      if (verdict.status === 'critical') this.#demandTruth(at, verdict.sinceMs, toText(change.entry.key));
    }
  }

  /** When everything but one line has been well for long: everybody is as he is. */
  judge(): void {
    this.#isCritical.forEach((isCritical, at) => {
      const isDead = this.#street.isDead(at);
      if (isDead !== isCritical && (isDead || !this.#isFlapping[at]))
        throw this.#objection(at, `is ${isDead ? 'dead' : 'alive'}, and the log has it as ${isCritical ? 'critical' : 'well'}`);
    });
  }

  /** In a calm while: each is asked once an interval, by one node. */
  judgeTurns(fromMs: number, toMs: number, turnsMax: number): void {
    this.#street.asked.forEach((asked, at) => {
      const turns = asked.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
      if (turns.length > turnsMax) throw this.#objection(at, `was asked ${turns.length} times within ${toMs - fromMs} ms`);
      if (new Set(turns.map(({ by }) => by)).size !== 1) throw this.#objection(at, 'is not asked by one node');
    });
  }

  #demandTruth(at: number, saidMs: number, key: string): void {
    const foundMs = saidMs - (this.#wallNow() - this.#now());
    if (this.#street.isDead(at) || this.#street.sinceMs(at) > foundMs - GRACE_MS) return;
    throw this.#objection(at, `is said to be critical (${key}), and has been alive since ${this.#street.sinceMs(at)}`);
  }

  #objection(at: number, text: string): Error {
    return new Error(`at ${this.#now()} target ${at} ${text}`);
  }
}
