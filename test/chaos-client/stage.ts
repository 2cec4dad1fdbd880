/** Where it all happens: a registry as a process, the link to it, and the fleet. */
import { rm, mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryProcess } from '../acceptance/registry-process.js';
import { Link } from '../soak-cluster/link.js';
import { openWayIn, type WayIn } from '../soak-cluster/way-in.js';
import { Fleet, type FleetOptions } from './fleet.js';

export type StageOptions = Omit<FleetOptions, 'registry'>;

/** How long the registry may take until it knows everybody again. */
const REFILLED_WITHIN_MS = 20_000;

export class Stage {
  readonly registry: RegistryProcess;
  readonly link: Link;
  readonly fleet: Fleet;
  readonly options: StageOptions;
  readonly #way: WayIn;

  private constructor(registry: RegistryProcess, link: Link, way: WayIn, options: StageOptions) {
    this.registry = registry;
    this.link = link;
    this.#way = way;
    this.options = options;
    this.fleet = new Fleet({ ...options, registry: `http://127.0.0.1:${way.port}` });
  }

  static async open(options: StageOptions): Promise<Stage> {
    const registry = await RegistryProcess.start({ args: ['--dns', 'off'] });
    const link = new Link();
    const way = await openWayIn(registry.port, () => link);
    const stage = new Stage(registry, link, way, options);
    await stage.fleet.start();
    return stage;
  }

  /** Everything that it knew is lost. */
  async emptyRegistry(): Promise<void> {
    await this.registry.kill();
    await rm(this.registry.directory, { recursive: true, force: true });
    await mkdir(this.registry.directory);
    await this.registry.start();
  }

  /** Settles when the registry shows as many as there are. Asked past the link. */
  async refilled(): Promise<string | null> {
    const endMs = Date.now() + REFILLED_WITHIN_MS;
    for (;;) {
      const missing = await this.#missing();
      if (missing === null || Date.now() > endMs) return missing;
      await sleep(100);
    }
  }

  async close(): Promise<void> {
    this.fleet.close();
    this.link.end();
    this.#way.close();
    await this.registry.close();
  }

  async #missing(): Promise<string | null> {
    for (const service of this.options.services) {
      const answer = await fetch(`${this.registry.url}/services/${service}/instances`);
      const { instances } = (await answer.json()) as { readonly instances: readonly { readonly port: number }[] };
      const there = this.fleet.of(service).map(({ port }) => port);
      const missing = there.filter((port) => !instances.some((one) => one.port === port));
      if (missing.length > 0) return `${service}: ${missing.length} of ${there.length} instances are not registered again`;
    }
    return null;
  }
}
