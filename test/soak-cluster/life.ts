/**
 * One instance as a sensible client keeps it: it registers wherever it is answered, beats well within its ttl, and goes to
 * another node when one does not answer; says goodbye, dies, or is silent for a while and comes back. It writes down what
 * it was told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@rollcall/conformance';
import type { Attempt, Calls } from './calls.js';
import type { Doubtful, Goodbye, Heard, Life, Unknown, Who } from './history.js';

/** Where clients find each node. */
export interface Address {
  readonly node: string;
  readonly port: number;
}

export interface LifeOptions {
  readonly service: string;
  readonly id: string;
  readonly ttlMs: number;
  readonly termMs: number;
  /** How long it beats before something happens to it, drawn anew each time. */
  readonly lifeMs: () => number;
  readonly addresses: readonly Address[];
  readonly calls: Calls;
  readonly random: SeededRandom;
}

/** So often within a ttl: three nodes can be tried, and one beat may come late. */
const BEATS_PER_TTL = 4;
/** Of a ttl: how long a heartbeat is waited for before another node is asked. */
const PATIENCE_PER_TTL = 1 / 8;
const WRITE_WITHIN_MS = 1_500;
/** Of the heartbeats: so many are sent as those of many are. */
const BULK_SHARE = 0.3;
/** After all nodes have failed. */
const PAUSE_MS = 100;

export class LivingInstance implements Life {
  readonly who: Who;
  readonly ttlMs: number;
  readonly termMs: number;
  readonly heard: Heard[] = [];
  readonly doubtful: Doubtful[] = [];
  readonly goodbyes: Goodbye[] = [];
  readonly unknown: Unknown[] = [];
  readonly #options: LifeOptions;
  /** The address that answered last is asked first. */
  #favourite: number;
  #turn = 0;
  state: 'beating' | 'silent' = 'silent';

  constructor(options: LifeOptions) {
    this.#options = options;
    this.who = `${options.service}/${options.id}`;
    this.ttlMs = options.ttlMs;
    this.termMs = options.termMs;
    this.#favourite = options.random.below(options.addresses.length);
  }

  /** `settled`: no more adventures, who beats goes on beating. `ended`: nothing at all any more. */
  async run(settled: AbortSignal, ended: AbortSignal): Promise<void> {
    while (!ended.aborted && !(settled.aborted && this.#turn > 0)) {
      this.state = 'beating';
      if (!(await this.#register(ended))) return;
      await this.#beatFor(this.#options.lifeMs(), settled, ended);
      if (ended.aborted) return;
      this.state = 'silent';
      const isLast = await this.#stop(ended);
      if (isLast || settled.aborted) return;
    }
  }

  async #beatFor(ms: number, settled: AbortSignal, ended: AbortSignal): Promise<void> {
    const { random } = this.#options;
    const everyMs = this.ttlMs / BEATS_PER_TTL;
    for (let leftMs = ms; (leftMs > 0 || settled.aborted) && !ended.aborted; leftMs -= everyMs) {
      await pause(everyMs * (0.8 + 0.2 * random.number()), ended);
      if (ended.aborted) return;
      if ((await this.#beat(ended)) === 'unknown' && !(await this.#register(ended))) return;
    }
  }

  /** True where this was its last. */
  async #stop(ended: AbortSignal): Promise<boolean> {
    const { random } = this.#options;
    const drawn = random.number();
    if (drawn < 0.3) {
      const sure = await this.#leave(ended);
      await pause(random.below(3_000), ended);
      // A goodbye that is under way somewhere would be said to the next life.
      return !sure;
    }
    if (drawn < 0.5) return true;
    // From a nap that nobody notices to one after which it is long gone.
    await pause(random.number() * 2 * (this.ttlMs + this.termMs), ended);
    return false;
  }

  async #register(ended: AbortSignal): Promise<boolean> {
    const { service, id } = this.#options;
    const metadata = { turn: String(++this.#turn) };
    const body = { service, id, host: '10.0.0.5', port: 8080, ttl: this.ttlMs, deregisterAfter: this.termMs, metadata };
    const found = await this.#until('registration', { method: 'POST', path: '/register', body }, [200, 201], ended);
    if (found === null) return false;
    const { revision } = JSON.parse(found.body) as { readonly revision: number };
    this.heard.push({ what: 'registration', ...found.when, revision });
    return true;
  }

  /** One a request, or as those do it that beat for many: both ways lead through other code. */
  async #beat(ended: AbortSignal): Promise<'heard' | 'unknown' | 'ended'> {
    const { service, id, random } = this.#options;
    const alone = { method: 'PUT', path: `/heartbeat/${id}?service=${service}` };
    const together = { method: 'PUT', path: `/heartbeats?service=${service}`, body: { ids: [id] } };
    const found = await this.#until('beat', random.number() < BULK_SHARE ? together : alone, [204, 404], ended);
    if (found === null) return 'ended';
    if (found.status === 204) this.heard.push({ what: 'beat', ...found.when, revision: null });
    else this.unknown.push(found.when);
    return found.status === 204 ? 'heard' : 'unknown';
  }

  /** Whether the answer is all that can come of it. */
  async #leave(ended: AbortSignal): Promise<boolean> {
    const { service, id } = this.#options;
    const doubts = this.doubtful.length;
    const found = await this.#until('goodbye', { method: 'DELETE', path: `/instances/${id}?service=${service}` }, [204, 404], ended);
    if (found !== null) this.goodbyes.push({ sentMs: found.when.sentMs, ackMs: found.when.ackMs, revision: found.revision });
    return found !== null && this.doubtful.length === doubts;
  }

  /** Goes round the nodes until one gives an answer that counts. */
  async #until(
    what: Doubtful['what'],
    question: { readonly method: string; readonly path: string; readonly body?: object },
    counting: readonly number[],
    ended: AbortSignal,
  ): Promise<Found | null> {
    const { addresses, calls } = this.#options;
    const withinMs = what === 'beat' ? Math.max(300, this.ttlMs * PATIENCE_PER_TTL) : WRITE_WITHIN_MS;
    for (let tries = 1; !ended.aborted; tries++) {
      const { node, port } = addresses[this.#favourite] as Address;
      const attempt = unpacked(await calls.ask({ ...question, port, withinMs }));
      const found = foundIn(attempt, node, counting);
      if (found !== null) return found;
      if (isDoubtful(attempt)) this.doubtful.push({ what, node, sentMs: attempt.sentMs, endMs: attempt.endMs });
      this.#favourite = (this.#favourite + 1) % addresses.length;
      if (tries % addresses.length === 0) await pause(PAUSE_MS, ended);
    }
    return null;
  }
}

interface Found {
  readonly status: number;
  readonly body: string;
  readonly revision: number | null;
  readonly when: { readonly node: string; readonly sentMs: number; readonly ackMs: number };
}

function foundIn({ answer, sentMs, endMs }: Attempt, node: string, counting: readonly number[]): Found | null {
  if (answer === null || !counting.includes(answer.status)) return null;
  const revision = answer.headers['rollcall-revision'];
  return {
    status: answer.status,
    body: answer.body,
    revision: answer.status === 404 || revision === undefined ? null : Number(revision),
    when: { node, sentMs, ackMs: endMs },
  };
}

/** Of a call for many, what came of the only one in it. */
function unpacked(attempt: Attempt): Attempt {
  const { answer } = attempt;
  if (answer?.status !== 200 || !answer.body.startsWith('{"results":')) return attempt;
  const { results } = JSON.parse(answer.body) as { readonly results: readonly { readonly status: number }[] };
  return { ...attempt, answer: { ...answer, status: results[0]?.status ?? 500 } };
}

/** A refusal is none: nothing has happened. */
function isDoubtful({ answer }: Attempt): boolean {
  return answer === null || answer.status === 504 || answer.status === 500;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
