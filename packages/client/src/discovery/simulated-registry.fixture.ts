/** A registry to be treated badly, as a client sees it: without a network, and in the time of a simulated clock. */
import { instanceOf } from '../balancing/instances.fixture.js';
import { Pool } from '../balancing/pool.js';
import type { HeldPool } from './live-service.js';
import type { SimulatedClock } from '@rollcall/conformance';
import type { InstanceFilters, PollOptions } from '../options.js';
import { RegistryProblem } from '../registry-problem.js';
import type { Instance, ServiceInstances } from '../shapes.js';
import { sleep } from '../sleep.js';
import { Unanswered } from '../unanswered.js';
import type { WatchEvent, WatchOptions, WatchQuestion } from '../watch-question.js';

export function instance(id: string, fields: Partial<Instance> = {}): Instance {
  return instanceOf(id, { host: '10.0.0.1', port: 1000 + Number.parseInt(id.replaceAll(/\D/g, '') || '0', 10), ...fields });
}

/** How it answers: not at all, with silence, by polls only because something keeps its streams to itself or refuses them, as somebody else, or with a refusal. */
export type Mood = 'well' | 'down' | 'silent' | 'streams-kept' | 'streams-refused' | 'stranger' | 'forbidden';

interface Stream {
  readonly services: ReadonlySet<string>;
  readonly options: WatchOptions;
  readonly queue: (WatchEvent | 'end')[];
  wake: () => void;
}

const RETRY_MS = 1000;
export const PULSE_MS = 15_000;

export class SimulatedRegistry {
  readonly #clock: SimulatedClock;
  epoch = 'e1';
  revision = 10;
  mood: Mood = 'well';
  /** Which services may not be read. */
  readonly forbidden = new Set<string>();
  readonly #services = new Map<string, Map<string, Instance>>();
  readonly #streams = new Set<Stream>();
  /** Every question that was asked, streams and polls. */
  readonly asked: string[] = [];

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
    this.#pulse();
  }

  get streams(): number {
    return this.#streams.size;
  }

  put(...instances: readonly Instance[]): void {
    for (const one of instances) {
      this.revision += 1;
      this.#of(one.service).set(one.id, { ...one, revision: this.revision });
      this.#tell(one.service, { upserts: [this.#of(one.service).get(one.id) ?? one], removes: [] });
    }
  }

  remove(...ids: readonly string[]): void {
    for (const id of ids) {
      this.revision += 1;
      this.#of('payments').delete(id);
      this.#tell('payments', { upserts: [], removes: [{ namespace: 'default', service: 'payments', id }] });
    }
  }

  /** Every connection breaks; afterwards it is as the mood says. */
  become(mood: Mood): void {
    this.mood = mood;
    this.cut();
  }

  cut(): void {
    for (const { queue, wake } of this.#streams) {
      queue.push('end');
      wake();
    }
  }

  /** It comes back with another log, in which nobody is. */
  lose(): void {
    this.epoch = `${this.epoch}+`;
    this.revision = 1;
    this.#services.clear();
    this.become('well');
  }

  /** Another node answers, which has not heard of the last revisions yet. */
  lag(by: number, ...instances: readonly Instance[]): void {
    this.revision -= by;
    this.#services.clear();
    for (const one of instances) this.#of(one.service).set(one.id, one);
    this.become('well');
  }

  /** It says how old its own view is. */
  stale(ageSeconds: number): void {
    for (const { options } of this.#streams) options.onStale?.(ageSeconds);
  }

  async *watch(question: WatchQuestion, options: WatchOptions = {}): AsyncGenerator<WatchEvent, void, undefined> {
    const services = new Set(servicesOf(question).map((service) => service.toLowerCase()));
    this.asked.push(`watch ${[...services].join(' ')}`);
    let connected = false;
    const place = { cursor: '' };
    while (options.signal?.aborted !== true) {
      const refusal = this.#refusal(services);
      if (refusal !== undefined) throw refusal;
      if (!connected && (this.mood === 'stranger' || this.mood === 'streams-refused')) throw new Unanswered('not-a-registry', 'simulated:');
      if (this.mood === 'well') {
        connected = true;
        yield* this.#stream(services, options, place);
      } else if (this.mood !== 'down') {
        options.onState?.({ state: 'connected' });
        await sleep(this.#clock, 10_000, options.signal);
      }
      if (isOver(options.signal)) return;
      const because = new Unanswered(this.mood === 'well' ? 'broken' : this.mood === 'down' ? 'refused' : 'silent', 'simulated:');
      options.onState?.({ state: 'waiting', because, retryInMs: RETRY_MS, lost: connected });
      await sleep(this.#clock, RETRY_MS, options.signal);
    }
  }

  async instances(service: string, options: InstanceFilters & PollOptions = {}): Promise<ServiceInstances> {
    this.asked.push(`poll ${service}`);
    const refusal = this.#refusal(new Set([service]));
    if (refusal !== undefined) throw refusal;
    if (this.mood === 'down') throw new Unanswered('refused', 'simulated:');
    if (this.mood === 'stranger') throw new Unanswered('not-a-registry', 'simulated:');
    if (this.mood === 'silent') {
      await sleep(this.#clock, 10_000, options.signal);
      throw new Unanswered('timeout', 'simulated:');
    }
    if (options.since !== undefined) await sleep(this.#clock, 1000, options.signal);
    options.onAnswer?.({ status: 200, revision: this.revision, cursor: this.#cursor });
    return { service, revision: this.revision, instances: [...this.#of(service).values()] };
  }

  /** Whoever comes back to where nothing happened meanwhile is told nothing. */
  async *#stream(
    services: ReadonlySet<string>,
    options: WatchOptions,
    place: { cursor: string },
  ): AsyncGenerator<WatchEvent, void, undefined> {
    const stream: Stream = { services, options, queue: [], wake: () => undefined };
    this.#streams.add(stream);
    const stop = (): void => stream.wake();
    options.signal?.addEventListener('abort', stop);
    try {
      options.onState?.({ state: 'connected' });
      options.onHeard?.();
      const all = [...services].map((service) => ({ service, revision: this.revision, instances: [...this.#of(service).values()] }));
      const isResumed = place.cursor === this.#cursor;
      place.cursor = this.#cursor;
      if (!isResumed) yield { event: 'snapshot', cursor: this.#cursor, revision: this.revision, services: all };
      while (!isOver(options.signal)) {
        const next = stream.queue.shift();
        if (next === 'end') return;
        if (next !== undefined) {
          if ('cursor' in next) place.cursor = next.cursor;
          yield next;
        } else await new Promise<void>((resolve) => (stream.wake = resolve));
      }
    } finally {
      options.signal?.removeEventListener('abort', stop);
      this.#streams.delete(stream);
    }
  }

  get #cursor(): string {
    return `${this.epoch}-${this.revision}`;
  }

  #refusal(services: ReadonlySet<string>): RegistryProblem | undefined {
    if (this.mood !== 'forbidden' && ![...services].some((service) => this.forbidden.has(service))) return undefined;
    const problem = { title: 't', status: 403, detail: 'You may not read this.', advice: 'a', retryable: false };
    return new RegistryProblem({ type: 'urn:rollcall:error:forbidden', ...problem }, null);
  }

  #of(service: string): Map<string, Instance> {
    const name = service.toLowerCase();
    const found = this.#services.get(name) ?? new Map<string, Instance>();
    this.#services.set(name, found);
    return found;
  }

  #tell(service: string, change: Pick<WatchEvent & { event: 'change' }, 'upserts' | 'removes'>): void {
    for (const { services, queue, wake, options } of this.#streams) {
      if (!services.has(service)) continue;
      options.onHeard?.();
      queue.push({ event: 'change', cursor: this.#cursor, revision: this.revision, ...change });
      wake();
    }
  }

  #pulse(): void {
    this.#clock.after(PULSE_MS, () => {
      for (const { options } of this.#streams) options.onHeard?.();
      this.#pulse();
    });
  }
}

function servicesOf(question: WatchQuestion): readonly string[] {
  return 'service' in question ? [question.service] : (question.services ?? []);
}

function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Endpoints for those who only look. */
export function nobodyPicks(): HeldPool {
  return { pool: new Pool(), release: () => undefined };
}
