/** The targets: each is alive or dead, and each node has a line to them that may be cut. Who asks in vain hears nothing. */
import type { Clock, NodeName, ProbeFound, ProbeSpec } from '@rollcall/core';

const ANSWER_MS = 15;

const silence: ProbeFound = { finding: 'critical', output: 'no answer', evidence: 'silence' };

export class Street {
  readonly #clock: Clock;
  readonly #cutLines = new Set<NodeName>();
  readonly #isDead: boolean[];
  readonly #changedMs: number[];
  /** By target, who asked it, and when. */
  readonly asked: { readonly by: NodeName; readonly atMs: number }[][];

  constructor(clock: Clock, size: number) {
    this.#clock = clock;
    this.#isDead = Array.from({ length: size }, () => false);
    this.#changedMs = Array.from({ length: size }, () => 0);
    this.asked = Array.from({ length: size }, () => []);
  }

  static hostOf(at: number): string {
    return `10.0.0.${at + 1}`;
  }

  isDead(at: number): boolean {
    return this.#isDead[at] === true;
  }

  /** Since when it has been as it is. */
  sinceMs(at: number): number {
    return this.#changedMs[at] ?? 0;
  }

  set(at: number, isDead: boolean): void {
    if (this.#isDead[at] === isDead) return;
    this.#isDead[at] = isDead;
    this.#changedMs[at] = this.#clock.monotonicMs();
  }

  cutLine(node: NodeName): void {
    this.#cutLines.add(node);
  }

  healLine(node: NodeName): void {
    this.#cutLines.delete(node);
  }

  /** By the clock of who asks. */
  ask(by: NodeName, spec: ProbeSpec, timeoutMs: number, process: Clock): Promise<ProbeFound> {
    const at = 'host' in spec ? Number(spec.host.split('.').at(-1)) - 1 : NaN;
    this.asked[at]?.push({ by, atMs: this.#clock.monotonicMs() });
    const isSilent = this.#cutLines.has(by) || this.isDead(at);
    return new Promise((resolve) => {
      process.after(isSilent ? timeoutMs : ANSWER_MS, () =>
        resolve(isSilent ? silence : { finding: 'passing', output: 'connected', evidence: 'answer' }),
      );
    });
  }
}
