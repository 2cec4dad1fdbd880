/** Keeping one instance registered: beating, registering again where it is not known, and leaving in the end. */
import { backoffMs, RegistryProblem, sleep, Unanswered, type Instance, type Registration } from '@rollcall/client';
import { formatDuration, parseDuration, TTL_DEFAULT_MS } from '@rollcall/core';
import type { Desk } from './asking.js';
import { exitCodes, Misuse } from './command.js';
import { address, clockTime, oneLine } from './shown.js';

/** Three in a ttl: one may be lost, and one may be late. */
const BEATS_PER_TTL = 3;
/** Of each interval, so that many that began together do not beat together. */
const JITTER = 0.2;
/** Whoever stops it waits no longer than this for the goodbye. */
const GOODBYE_MS_MAX = 5000;
/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Until it is told to stop; answers the exit code. Throws what the registry refuses for good. */
export async function keepAlive(desk: Desk, registration: Registration): Promise<number> {
  if (registration.ttl === 'none') throw new Misuse('--keep-alive beats, and an instance with the ttl none does not.');
  const { surroundings } = desk;
  const stop = new AbortController();
  const release = surroundings.onStop((signal) => {
    if (stop.signal.aborted) surroundings.end(INTERRUPTED);
    stop.abort(signal);
  });
  const keeper = new Keeper(desk, registration, stop.signal);
  try {
    await keeper.stay();
    return await keeper.leave();
  } finally {
    release();
  }
}

class Keeper {
  readonly #desk: Desk;
  readonly #registration: Registration;
  readonly #stop: AbortSignal;
  #instance: Instance | null = null;
  /** In a row. */
  #failures = 0;

  constructor(desk: Desk, registration: Registration, stop: AbortSignal) {
    this.#desk = desk;
    this.#registration = registration;
    this.#stop = stop;
  }

  /** Ends when it is told to. */
  async stay(): Promise<void> {
    const { surroundings } = this.#desk;
    let known = false;
    while (!this.#stop.aborted) {
      let waitMs: number;
      try {
        if (known) await this.#beat();
        else await this.#register();
        known = true;
        waitMs = this.#beatMs();
        if (this.#failures > 0) this.#say('recovered', `${this.#desk.registry.url} answers again.`);
        this.#failures = 0;
      } catch (error) {
        if (this.#stop.aborted) return;
        if (known && isUnknown(error)) {
          known = false;
          this.#say('forgotten', `${this.#desk.registry.url} does not know ${this.#name} (any more); registering it again.`);
          continue;
        }
        waitMs = this.#afterFailure(error);
      }
      await sleep(surroundings.clock, waitMs, this.#stop);
    }
  }

  /** Bounded in time: whoever stops a program wants it to stop. */
  async leave(): Promise<number> {
    const instance = this.#instance;
    if (instance === null) return exitCodes.done;
    const { registry, timeoutMs } = this.#desk;
    const { id, service, namespace } = instance;
    this.#say('leaving', `${String(this.#stop.reason)}: deregistering ${this.#name}. Once more ends at once.`);
    try {
      await registry.deregister(id, { service, namespace, timeoutMs: Math.min(timeoutMs, GOODBYE_MS_MAX) });
    } catch (error) {
      if (!isUnknown(error)) {
        this.#say('not-deregistered', `${messageOf(error)} ${this.#name} could not be deregistered; it lapses when its ttl is over.`);
        return exitCodes.failed;
      }
    }
    this.#say('left', `${this.#name} has left.`);
    return exitCodes.done;
  }

  async #register(): Promise<void> {
    const { registry, json, print, wait } = this.#desk;
    const { instance } = await wait(registry.register(this.#registration, { signal: this.#stop }));
    const again = this.#instance !== null;
    this.#instance = instance;
    if (!again && !json) print(`${oneLine(instance.id)}\n`);
    const at = address(instance);
    const where = `${at === '' ? '' : ` (${at})`} at ${registry.url}`;
    const every = `a heartbeat about every ${formatDuration(Math.round(this.#ttlMs / BEATS_PER_TTL))}`;
    this.#say(
      'registered',
      `${this.#name} is registered${again ? ' again' : ''}${where}; ${every}.${again ? '' : ' Ctrl-C deregisters it.'}`,
    );
  }

  async #beat(): Promise<void> {
    if (this.#instance === null) return;
    const { id, service, namespace } = this.#instance;
    await this.#desk.registry.heartbeat(id, { service, namespace, signal: this.#stop });
  }

  /** How long to wait, for what passes; anything else is thrown. Said once, and again only when it is over. */
  #afterFailure(error: unknown): number {
    if (!this.#passes(error)) throw error;
    this.#failures++;
    if (this.#failures === 1) this.#say('trouble', `${messageOf(error)} Trying again until it answers.`);
    const retryAfterMs = error instanceof RegistryProblem ? error.retryAfterMs : null;
    const waitMs = backoffMs({ times: this.#failures, retryAfterMs }, this.#desk.surroundings.random);
    return this.#instance === null ? waitMs : Math.min(waitMs, this.#beatMs());
  }

  /** What was a registry before is one that restarts or is in trouble, whatever it or a proxy says of that. */
  #passes(error: unknown): boolean {
    const before = this.#instance !== null;
    if (error instanceof Unanswered) return before || error.retryable;
    return error instanceof RegistryProblem && (error.retryable || (before && error.status >= 500));
  }

  get #name(): string {
    return this.#instance?.id ?? this.#registration.service;
  }

  /** Never 0, whatever was answered: that would beat without a pause. */
  get #ttlMs(): number {
    return parseDuration(this.#instance?.ttl) ?? TTL_DEFAULT_MS;
  }

  #beatMs(): number {
    return (this.#ttlMs / BEATS_PER_TTL) * (1 - JITTER * this.#desk.surroundings.random.number());
  }

  /** For people on the side; for programs as events, among what was asked for. */
  #say(event: string, text: string): void {
    const { json, printJson, aside, paintAside, surroundings } = this.#desk;
    const nowMs = surroundings.clock.wallMs();
    if (json)
      printJson({
        event,
        time: new Date(nowMs).toISOString(),
        ...(event === 'registered' ? { instance: this.#instance } : { message: text }),
      });
    else aside(`${paintAside('dim', clockTime(nowMs))}  ${oneLine(text)}\n`);
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof RegistryProblem && error.code === 'not-found';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
