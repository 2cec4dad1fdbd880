/** A world for a supervisor: a program, a registry and a clock that do what a test says. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import type { Answer, Call, Settings, Verdict } from './state.js';
import { Supervisor, type Surroundings } from './supervisor.js';

const settings: Settings = {
  service: 'web',
  instance: 'web-1',
  address: '10.0.0.5:3000',
  target: '127.0.0.1:3000',
  registry: 'http://registry.example:8500',
  probed: 'until-ready',
  startTimeoutMs: 60_000,
  checkIntervalMs: 5000,
  failuresBeforeCritical: 3,
  beatMs: 10_000,
  drainMs: 10_000,
  graceMs: 10_000,
};

const CALL_MS = 3000;

export class World implements Surroundings {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly random: SeededRandom;
  readonly supervisor: Supervisor;
  /** What is heard from outside: calls, signals, the exit. */
  readonly log: string[] = [];
  readonly said: string[] = [];
  /** Up; away: nobody listens; deaf: it does what it is asked, and the answer never comes; stern: it refuses. */
  registry: 'up' | 'away' | 'deaf' | 'stern' = 'up';
  listed = false;
  verdict: Verdict = { health: 'critical', output: 'nobody listens there' };
  /** The program ends when it is told to. */
  obeys = true;
  runs = false;
  callsAtOnceMax = 0;
  #calls = 0;

  constructor(changed: Partial<Settings> = {}, seed = 1) {
    this.random = new SeededRandom(seed);
    this.supervisor = new Supervisor({ ...settings, ...changed }, this);
    void this.supervisor.over.then((code) => this.log.push(`exit ${code}`));
  }

  /** The program starts, and serves from the beginning. */
  async startServing(): Promise<void> {
    this.verdict = { health: 'passing', output: '' };
    await this.start();
  }

  async start(): Promise<void> {
    this.runs = true;
    this.supervisor.tell({ type: 'started' });
    await this.clock.advance(0);
  }

  async end(how: string, exitCode: number): Promise<void> {
    if (!this.runs) return;
    this.runs = false;
    this.supervisor.tell({ type: 'ended', how, exitCode });
    await this.clock.advance(0);
  }

  async stop(signal = 'SIGTERM'): Promise<void> {
    this.supervisor.tell({ type: 'stop-asked', signal });
    await this.clock.advance(0);
  }

  probe(): Promise<Verdict> {
    return Promise.resolve(this.verdict);
  }

  ask(call: Call, { health }: Verdict): Promise<Answer> {
    this.log.push(health === 'passing' || call === 'deregister' ? call : `${call} ${health}`);
    this.#calls++;
    this.callsAtOnceMax = Math.max(this.callsAtOnceMax, this.#calls);
    return this.#answer(call).finally(() => this.#calls--);
  }

  async #answer(call: Call): Promise<Answer> {
    if (this.registry === 'away') return { outcome: 'refused', reason: 'Nobody answers.' };
    if (this.registry === 'stern') return { outcome: 'refused', reason: 'You may not.', retryAfterMs: 20_000 };
    const known = this.listed;
    this.listed = call === 'register' || (known && call === 'heartbeat');
    if (this.registry === 'up') return { outcome: call === 'heartbeat' && !known ? 'unknown' : 'done' };
    await new Promise<void>((resolve) => this.clock.after(CALL_MS, resolve));
    return { outcome: 'unsure', reason: 'No answer came in time.' };
  }

  signal(name: NodeJS.Signals): void {
    this.log.push(name);
    if (name === 'SIGKILL' || (name === 'SIGTERM' && this.obeys)) void this.end(`by ${name}`, name === 'SIGKILL' ? 137 : 143);
  }

  say(line: string): void {
    this.said.push(line);
  }

  /** What was heard since it was last asked. */
  heard(): readonly string[] {
    return this.log.splice(0);
  }
}
