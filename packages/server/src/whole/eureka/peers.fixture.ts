/** Registries that are each other's Eureka servers, in one time that only moves when it is told to. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import type { Log } from '@rollcall/core';
import { expect } from 'vitest';
import { serveOptions, type ServeOptions } from '../../options/options.js';
import { runRegistry, type Registry } from '../../registry.js';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const usual = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;

const TRIES_MAX = 400;

export class World {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly directory: string;
  readonly #sides: Side[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<World> {
    return new World(await mkdtemp(join(tmpdir(), 'rollcall-eureka-peers-')));
  }

  /** Another seed makes another epoch. */
  side(port: number, seed: number, options: Partial<ServeOptions>): Side {
    const side = new Side(this, port, seed, options);
    this.#sides.push(side);
    return side;
  }

  async close(): Promise<void> {
    for (const side of this.#sides) await side.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  async passed(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await turn();
  }

  /** Time passes until it is so. What a message needs on its way is not of that time. */
  async until(isSo: () => Promise<boolean>, stepMs = 100): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (await isSo()) return;
      await this.passed(stepMs);
    }
    throw new Error('It did not become so.');
  }
}

export class Side {
  readonly #world: World;
  readonly #port: number;
  readonly #seed: number;
  readonly #options: Partial<ServeOptions>;
  registry: Registry | null = null;

  constructor(world: World, port: number, seed: number, options: Partial<ServeOptions>) {
    this.#world = world;
    this.#port = port;
    this.#seed = seed;
    this.#options = options;
  }

  async start(): Promise<void> {
    const options: ServeOptions = {
      ...usual,
      store: 'memory',
      data: join(this.#world.directory, String(this.#port)),
      http: this.#port,
      dns: 'off',
      eurekaProbe: false,
      ...this.#options,
    };
    this.registry = await runRegistry(options, {
      clock: this.#world.clock,
      random: new SeededRandom(this.#seed),
      log: silent,
      version: '1.2.3',
    });
  }

  async stop(): Promise<void> {
    const { registry } = this;
    this.registry = null;
    if (registry !== null) await registry.stop();
  }

  async ask(method: string, path: string, json?: object): Promise<{ readonly status: number; readonly text: string }> {
    const headers = { 'accept': 'application/json', 'content-type': 'application/json' };
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const answer = await fetch(`http://127.0.0.1:${this.#port}${path}`, { method, headers, ...body });
    return { status: answer.status, text: await answer.text() };
  }

  async register(id: string, fields: object = {}): Promise<void> {
    const instance = {
      instanceId: id,
      app: 'ORDERS',
      hostName: 'h',
      ipAddr: '10.0.0.1',
      port: 8080,
      dataCenterInfo: { name: 'MyOwn' },
      lastDirtyTimestamp: this.#world.clock.wallMs(),
      ...fields,
    };
    expect((await this.ask('POST', '/eureka/apps/ORDERS', { instance })).status).toBe(204);
  }

  async beat(id: string): Promise<number> {
    return (await this.ask('PUT', `/eureka/apps/ORDERS/${id}?status=UP`)).status;
  }

  async statuses(base = '/eureka'): Promise<string> {
    const { text } = await this.ask('GET', `${base}/apps`);
    const found = [...text.matchAll(/"instanceId":"([^"]+)".*?"status":"([A-Z_]+)"/g)];
    return found.map(([, id, status]) => `${id}=${status}`).join(' ');
  }
}
