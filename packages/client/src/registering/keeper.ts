/** Keeps what a program has registered present: one timer for all, and one call for the beats of many. */
import { sleep } from '../sleep.js';
import { isRegistryProblem } from '../registry-problem.js';
import type { Clock } from '../ports.js';
import type { Registration } from '../shapes.js';
import { beatTogether, groupsOf } from './beating.js';
import { termOf } from './life.js';
import { Member, type MemberRef, type MemberSurroundings } from './member.js';
import { earlyMs } from './pace.js';

/** Calls of single instances on their way at a time: a program of thousands does not bury the registry, nor its own calls under each other. */
const CALLS_AT_ONCE = 32;

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
  /** Who is due, and waits for those who were due before. */
  readonly #line = new Set<Member>();
  #calls = 0;
  /** What the timer is set to. */
  #armedMs = Infinity;
  #cancel: () => void = () => undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get members(): ReadonlySet<Member> {
    return this.#members;
  }

  /** From now on it is called when it is due, which is at once. */
  add(registration: Registration, throws: boolean): Member {
    const member = new Member(registration, this.#options, throws);
    this.#members.add(member);
    this.#arm(member.life.dueMs);
    return member;
  }

  /** It is due earlier than it was. */
  hurry(member: Member): void {
    if (!member.isBusy) this.#arm(member.life.dueMs);
  }

  /** Says goodbye for as long as there is time; answers whether the registry has heard it. Never rejects. */
  async leave(member: Member, timeoutMs: number): Promise<boolean> {
    const { clock, holding, teller } = this.#options;
    if (!this.#members.delete(member)) return false;
    this.#line.delete(member);
    const time = new AbortController();
    const half = holding.after(timeoutMs / 2, () => time.abort());
    const endMs = clock.monotonicMs() + timeoutMs;
    await member.stop(new Deregistered(`${member.named.service} has been deregistered.`), time.signal);
    half();
    const { ref } = member;
    const told = ref !== null && timeoutMs > 0 && (await this.#goodbye(ref, endMs));
    if (member.wasRegistered) teller.tell('deregistered', { ...member.named, told });
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

  /** One timer for all, set to whoever is due first. */
  #arm(dueMs: number): void {
    if (dueMs >= this.#armedMs) return;
    this.#cancel();
    this.#armedMs = dueMs;
    const { clock } = this.#options;
    const delayMs = dueMs - clock.monotonicMs();
    const call = (): void => this.#callTheDue();
    // Those who become due in the same moment are called together.
    this.#cancel = delayMs > 0 ? clock.after(delayMs, call) : soon(call);
  }

  #callTheDue(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const beating: Member[] = [];
    let nextMs = Infinity;
    this.#armedMs = Infinity;
    for (const member of this.#members) {
      if (member.isBusy || this.#line.has(member)) continue;
      const { dueMs } = member.life;
      const togetherMs = member.isAmbiguous || member.next() !== 'beat' ? 0 : earlyMs(termOf(member.life));
      if (togetherMs > 0 && dueMs - togetherMs <= nowMs) beating.push(member);
      else if (dueMs <= nowMs) this.#line.add(member);
      else nextMs = Math.min(nextMs, dueMs);
    }
    // Somebody who is due has brought the timer about; whoever would only come early waits for its own.
    const isTime = beating.some(({ life }) => life.dueMs <= nowMs);
    for (const group of isTime ? groupsOf(beating) : []) void this.#beat(group);
    if (!isTime) for (const { life } of beating) nextMs = Math.min(nextMs, life.dueMs);
    this.#arm(nextMs);
    this.#serve();
  }

  async #beat(group: readonly Member[]): Promise<void> {
    await beatTogether(group, this.#options);
    for (const member of group) this.hurry(member);
  }

  /** Those who wait are called, so many at a time. */
  #serve(): void {
    for (const member of this.#line) {
      if (this.#calls >= CALLS_AT_ONCE) return;
      this.#line.delete(member);
      void this.#call(member);
    }
  }

  async #call(member: Member): Promise<void> {
    this.#calls++;
    await member.call();
    this.#calls--;
    if (this.#members.has(member)) this.hurry(member);
    this.#serve();
  }
}

function soon(call: () => void): () => void {
  let isWanted = true;
  queueMicrotask(() => {
    if (isWanted) call();
  });
  return () => (isWanted = false);
}
