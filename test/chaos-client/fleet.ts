/** The services and their instances as processes, and the process that calls them. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Call, Ejection } from './judging.js';

export interface FleetOptions {
  /** Where they find the registry. */
  readonly registry: string;
  readonly services: readonly string[];
  readonly instances: number;
  /** Calls in a second, of each service. */
  readonly rate: number;
  readonly ttl: string;
  readonly drainTime: string;
  readonly tryMs: number;
}

/** As many are started at a time: on few cores the others would only wait. */
const STARTED_AT_ONCE = 3;

export class Member {
  readonly service: string;
  readonly port: number;
  readonly #child: ChildProcess;

  constructor(service: string, port: number, child: ChildProcess) {
    this.service = service;
    this.port = port;
    this.#child = child;
  }

  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  be(health: 'well' | 'failing', ms = 0): void {
    this.#child.send({ be: health, ms });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** With what it ended. */
  async gone(): Promise<number | NodeJS.Signals | null> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode;
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? signal;
  }
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #children = new Set<ChildProcess>();
  readonly members = new Set<Member>();
  readonly calls: Call[] = [];
  readonly ejections: Ejection[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Settles when everybody is registered and called. */
  async start(): Promise<void> {
    const { services, instances } = this.#options;
    const wanted = Array.from({ length: instances }, () => services).flat();
    while (wanted.length > 0) await Promise.all(wanted.splice(0, STARTED_AT_ONCE).map((service) => this.add(service)));
    const { registry, rate, tryMs } = this.#options;
    const caller = this.#fork('caller.program.mjs', {
      REGISTRY: registry,
      SERVICES: services.join(),
      RATE: String(rate),
      TRY_MS: String(tryMs),
    });
    caller.on('message', (told: { readonly calls: Call[]; readonly ejections: Ejection[] }) => {
      this.calls.push(...told.calls);
      this.ejections.push(...told.ejections);
    });
    await once(caller, 'message');
  }

  /** Settles when it is registered. On the port of one that is gone, it is the same instance again. */
  async add(service: string, port = 0): Promise<Member> {
    const { registry, ttl, drainTime } = this.#options;
    const env = { SERVICE: service, REGISTRY: registry, TTL: ttl, DRAIN_TIME: drainTime, PORT: String(port) };
    const child = this.#fork('instance.program.mjs', env);
    const ended = once(child, 'exit').then(() => {
      throw new Error(`An instance of ${service} has ended before it was registered.`);
    });
    const [told] = (await Promise.race([once(child, 'message'), ended])) as [{ readonly port: number }];
    const member = new Member(service, told.port, child);
    this.members.add(member);
    child.once('exit', () => this.members.delete(member));
    return member;
  }

  of(service: string): readonly Member[] {
    return [...this.members].filter((member) => member.service === service);
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  #fork(program: string, env: Readonly<Record<string, string>>): ChildProcess {
    const path = fileURLToPath(new URL(program, import.meta.url));
    // Of this program's own conditions none is handed on: they run as they are built.
    const child = fork(path, [], {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }
}
