/** A registry that can be away, forgetful or stern, on a clock that is told what time it is; and what registers itself there. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { RegistryProblem } from '../registry-problem.js';
import type { CallOptions, InstanceOptions } from '../options.js';
import type { Heartbeat, HeartbeatResult, Instance, ModeChange, Problem, Registration } from '../shapes.js';
import { Teller, type TellingName } from '../telling.js';
import { Unanswered } from '../unanswered.js';
import type { RegisteringApi } from './calls.js';
import { Registering } from './registering.js';
import { durationMs } from './ttl.js';

interface Listed {
  readonly instance: Instance;
  readonly lapsesAtMs: number;
  readonly word: Heartbeat;
}

/** `deaf`: it does not answer. `lossy`: it does what it is told, and the answer is lost. */
export type Condition = 'well' | 'away' | 'deaf' | 'lossy' | 'in trouble';

let worlds = 0;

export class World implements RegisteringApi {
  /** One of its own each: identities are of the whole process. */
  readonly url: string = `http://registry-${++worlds}`;
  readonly urls: readonly string[] = [this.url];
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly random: SeededRandom;
  readonly told: { readonly name: TellingName; readonly details: object }[] = [];
  readonly calls: string[] = [];
  readonly listed = new Map<string, Listed>();
  readonly registering: Registering;
  condition: Condition = 'well';
  /** Hears how many calls are on their way. */
  onCall: (underWay: number) => void = () => undefined;
  #underWay = 0;
  /** Refused when it is said next. */
  refused: ((call: string) => Error | null) | null = null;

  constructor(seed = 1, timeoutMs = 5000) {
    this.random = new SeededRandom(seed);
    const { clock, random } = this;
    const teller = new Teller((name, details) => this.told.push({ name, details }));
    this.registering = new Registering({ api: this, clock, holding: clock, random, teller, timeoutMs, namespace: 'default' });
  }

  register(registration: Registration, options?: CallOptions): Promise<{ readonly instance: Instance; readonly created: boolean }> {
    const { service, host = '', port, status = 'passing' } = registration;
    const id = registration.id ?? `${service}-${host}-${port ?? ''}`;
    return this.#answer(`register ${id}`, options, () => {
      const created = !this.listed.has(id);
      const { ttl = '30s', weight = 1, tags = [], metadata = {}, ...rest } = registration;
      const shown = { ...rest, id, ttl, weight, tags, metadata, namespace: 'default', ports: {}, deregisterAfter: '90s' };
      const since = { incarnation: 1, revision: 1, registeredAt: new Date(this.clock.wallMs()).toISOString() };
      // An own wish ends with the registration, one from outside does not.
      const mode = this.listed.get(id)?.instance.mode === 'out' ? 'out' : 'in';
      this.#list({ ...shown, ...since, mode, health: status }, { status });
      return { instance: this.instance(id), created };
    });
  }

  async heartbeat(id: string, { word = {}, ...options }: InstanceOptions & { readonly word?: Heartbeat } = {}): Promise<void> {
    const said = word.status === undefined ? '' : ` ${word.status}`;
    await this.#answer(`beat ${id}${said}`, options, () => this.#beat(id, word));
  }

  heartbeats(ids: readonly string[], options?: CallOptions): Promise<readonly HeartbeatResult[]> {
    return this.#answer(`beats ${ids.join()}`, options, () =>
      ids.map((id) => {
        if (this.listed.has(id)) return this.#beat(id, {});
        return { id, status: 404, problem: problemOf('not-found', 404) };
      }),
    );
  }

  setMode(id: string, { mode }: ModeChange, options?: InstanceOptions): Promise<Instance> {
    return this.#answer(`mode ${id} ${mode}`, options, () => {
      this.#known(id);
      this.#list({ ...this.instance(id), mode });
      return this.instance(id);
    });
  }

  async deregister(id: string, options?: InstanceOptions): Promise<void> {
    await this.#answer(`deregister ${id}`, options, () => {
      this.#known(id);
      this.listed.delete(id);
    });
  }

  /** As a registry shows it, which notices a lapse when it is asked. */
  instance(id: string): Instance {
    const { instance, lapsesAtMs, word } = this.#known(id);
    return { ...instance, health: this.clock.monotonicMs() >= lapsesAtMs ? 'critical' : (word.status ?? 'passing') };
  }

  names(): readonly TellingName[] {
    return this.told.map(({ name }) => name);
  }

  #beat(id: string, said: Heartbeat): HeartbeatResult {
    const { instance, lapsesAtMs, word } = this.#known(id);
    const lapsed = this.clock.monotonicMs() >= lapsesAtMs;
    this.#list(instance, said.status === undefined ? (lapsed ? {} : word) : said);
    return { id, status: 204 };
  }

  #list(instance: Instance, word: Heartbeat = this.listed.get(instance.id)?.word ?? {}): void {
    const lapsesAtMs = this.clock.monotonicMs() + (durationMs(instance.ttl) ?? Infinity);
    this.listed.set(instance.id, { instance, lapsesAtMs, word });
  }

  #known(id: string): Listed {
    const listed = this.listed.get(id);
    if (listed === undefined) throw refusal('not-found', 404);
    return listed;
  }

  async #answer<Answer>(call: string, { timeoutMs = 5000, signal }: CallOptions = {}, answer: () => Answer): Promise<Answer> {
    this.calls.push(call);
    this.onCall(++this.#underWay);
    await Promise.resolve();
    this.#underWay--;
    if (this.condition === 'away') throw new Unanswered('refused', this.url);
    if (this.condition === 'in trouble') throw refusal('store-unavailable', 503);
    if (this.condition === 'lossy') answer();
    if (this.condition !== 'well') {
      await new Promise<void>((resolve) => {
        this.clock.after(timeoutMs, resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
      throw signal?.aborted === true ? (signal.reason as Error) : new Unanswered('timeout', this.url);
    }
    const refused = this.refused?.(call) ?? null;
    if (refused !== null) throw refused;
    return answer();
  }
}

export function refusal(code: string, status: number, retryable: boolean = status >= 500): RegistryProblem {
  return new RegistryProblem({ ...problemOf(code, status), retryable }, null);
}

function problemOf(code: string, status: number): Problem {
  return { type: `urn:rollcall:error:${code}`, title: code, status, detail: code, advice: 'none', retryable: false };
}
