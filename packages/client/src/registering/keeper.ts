/** Keeps what a program has registered present: one timer for all, and one call for the beats of many. */
import { sleep } from '../sleep.js';
import { isRegistryProblem } from '../registry-problem.js';
import type { Clock } from '../ports.js';
import type { Registration } from '../shapes.js';
import { beatTogether, groupsOf } from './beating.js';
import { termOf } from './life.js';
import { Member, type MemberRef, type MemberSurroundings } from './member.js';
import { earlyMs } from './pace.js';

/** A goodbye that fails is tried again after so long. */
const GOODBYE_RETRY_MS = 200;

export interface KeeperOptions extends MemberSurroundings {
  /** Its timers keep the process alive: for what somebody waits for. */
  readonly holding: Clock;
}

/** The registration has ended, and so has everything that was still waited for. */
export class Deregistered extends Error {
  override readonly name = 'Deregistered';
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #members = new Set<Member>();
  #cancel: (() => void) | null = null;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get members(): ReadonlySet<Member> {
    return this.#members;
  }

  /** From now on it is called when it is due, which is at once. */
  add(registration: Registration): Member {
    const member = new Member(registration, this.#options);
    this.#members.add(member);
    this.#arm();
    return member;
  }

  /** Something is due earlier than it was. */
  hurry(): void {
    this.#arm();
  }

  /** Says goodbye for as long as there is time; answers whether the registry has heard it. Never rejects. */
  async leave(member: Member, timeoutMs: number): Promise<boolean> {
    const { clock, holding, teller } = this.#options;
    if (!this.#members.delete(member)) return false;
    this.#arm();
    const time = new AbortController();
    const half = holding.after(timeoutMs / 2, () => time.abort());
    const endMs = clock.monotonicMs() + timeoutMs;
    await member.stop(new Deregistered(`${member.named.service} has been deregistered.`), time.signal);
    half();
    const { ref } = member;
    const told = ref !== null && (await this.#goodbye(ref, endMs));
    teller.tell('deregistered', { ...member.named, told });
    return told;
  }

  async #goodbye(ref: MemberRef, endMs: number): Promise<boolean> {
    const { clock, holding } = this.#options;
    for (;;) {
      const answer = await this.#sayGoodbye(ref, Math.max(endMs - clock.monotonicMs(), GOODBYE_RETRY_MS));
      if (answer !== 'not yet') return answer === 'heard';
      if (clock.monotonicMs() + GOODBYE_RETRY_MS >= endMs) return false;
      await sleep(holding, GOODBYE_RETRY_MS);
    }
  }

  async #sayGoodbye({ id, ...where }: MemberRef, timeoutMs: number): Promise<'heard' | 'not yet' | 'never'> {
    try {
      await this.#options.api.deregister(id, { ...where, timeoutMs });
      return 'heard';
    } catch (error) {
      if (isRegistryProblem(error, 'not-found')) return 'heard';
      return isRegistryProblem(error) && !error.retryable ? 'never' : 'not yet';
    }
  }

  /** One timer, for whoever is due first; none for whoever is due now. */
  #arm(): void {
    const { clock } = this.#options;
    this.#cancel?.();
    let dueMs = Infinity;
    for (const member of this.#members) if (!member.isBusy) dueMs = Math.min(dueMs, member.life.dueMs);
    const delayMs = dueMs - clock.monotonicMs();
    if (delayMs <= 0) this.#callTheDue();
    else this.#cancel = dueMs === Infinity ? null : clock.after(delayMs, () => this.#callTheDue());
  }

  #callTheDue(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const beating: Member[] = [];
    for (const member of this.#members) {
      if (member.isBusy) continue;
      const { dueMs } = member.life;
      const togetherMs = member.isAmbiguous || member.next() !== 'beat' ? 0 : earlyMs(termOf(member.life));
      if (togetherMs > 0 && dueMs - togetherMs <= nowMs) beating.push(member);
      else if (dueMs <= nowMs) this.#over(member.call());
    }
    // Somebody who is due has brought the timer about; whoever would only come early waits for its own.
    const isTime = beating.some(({ life }) => life.dueMs <= nowMs);
    for (const group of isTime ? groupsOf(beating) : []) this.#over(beatTogether(group, this.#options));
    this.#arm();
  }

  /** Whatever came of it, somebody's next call is due at another time than was thought. */
  #over(call: Promise<void>): void {
    void call.then(() => this.#arm());
  }
}
