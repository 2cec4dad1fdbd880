/** Consul's callers, from many places, over a whole ledger. */
import { afterEach, beforeEach } from 'vitest';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import {
  everything,
  Namespace,
  noMeter,
  type Caller,
  type Host,
  type Instance,
  type Machine,
  type MachineName,
  type Registrar,
} from '@rollcall/core';
import { serveOptions, type ServeOptions } from '../options/options.js';
import { Agents, type AgentMode } from '../faces/consul/agent/agents.js';
import { refusalOf } from '../faces/consul/refusal.js';
import { Ask, type ConsulRoute } from '../faces/consul/route.js';
import type { HttpAnswer } from '../shared/http-face.js';
import { openMemoryStore } from '../stores/memory/store.js';
import type { DraftedRegistrar } from './audit.js';
import { consulWriteRoutes, consulWrites } from './consul-writes.js';
import { ledgerOn, type Ledger } from './ledger.js';

const options = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;
const home = { name: 'registry-1' as MachineName, address: '127.0.0.1' as Host };

export interface ConsulHouse {
  readonly clock: SimulatedClock;
  readonly ledger: Ledger;
  /** From the registry's own machine, unless somebody says otherwise. */
  put(path: string, body?: object | null, from?: string): Promise<Answered>;
  /** In the order of their ids. */
  all(): readonly Instance[];
  ids(): readonly string[];
  health(): readonly string[];
  machines(): readonly Machine[];
  close(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** The one of the test that runs: opened before each, and closed behind it. To be called once, outside of all tests. */
export function consulHouse(): Omit<ConsulHouse, 'close'> & { reopen(mode: AgentMode): Promise<void> } {
  let house: ConsulHouse;
  beforeEach(async () => {
    house = await openConsulHouse();
  });
  afterEach(() => house.close());
  return {
    get clock() {
      return house.clock;
    },
    get ledger() {
      return house.ledger;
    },
    put: (...asked) => house.put(...asked),
    all: () => house.all(),
    ids: () => house.ids(),
    health: () => house.health(),
    machines: () => house.machines(),
    /** One whose agents are told apart in another way. */
    async reopen(mode) {
      await house.close();
      house = await openConsulHouse(mode);
    },
  };
}

async function openConsulHouse(mode: AgentMode = 'per-source'): Promise<ConsulHouse> {
  const clock = new SimulatedClock();
  const surroundings = {
    clock,
    random: new SeededRandom(1),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    version: '1.2.3',
  };
  const store = await openMemoryStore({ ...surroundings, history: { revisionsMax: 1000, ageMaxMs: 1_000_000 } });
  const ledger = ledgerOn({ store, options: { ...options, bind: '127.0.0.1' }, surroundings, meter: noMeter }, null);
  await ledger.catalog.start();
  for (const part of ledger.attendanceParts) await part.start?.();
  const { catalog, registrar } = ledger;
  const agents = new Agents({ mode, own: home });
  const reached = (revision: number, withinMs: number): Promise<boolean> => catalog.reached(revision, withinMs);
  const { drafts } = ledger;
  const draftedBy = (drafted: Registrar): DraftedRegistrar => ({ registrar: drafted, ended: () => undefined });
  const writes = consulWrites({ view: catalog.view, registrar, reached, agents, clock, drafts, draftedBy }, options);
  const routes = consulWriteRoutes(writes, clock);
  const { view } = catalog;
  const all = (): readonly Instance[] => [...view.allInstances(looker)].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return {
    clock,
    ledger,
    put: (path, body = null, from = '127.0.0.1') => put(routes, path, body, from),
    all,
    ids: () => all().map(({ id }) => id),
    health: () => all().map((one) => one.health),
    machines: () => view.machines(Namespace.default, looker),
    close: async () => {
      for (const part of ledger.attendanceParts.toReversed()) await part.close?.();
      catalog.close();
      await store.close();
    },
  };
}

const looker: Caller = { identity: 'test', may: everything, from: '', face: 'test' };

async function put(routes: readonly ConsulRoute[], path: string, body: object | null, from: string): Promise<Answered> {
  const [pathname = '', search = ''] = path.split('?');
  const route = routes.find((one) => (one.path.endsWith('/*') ? pathname.startsWith(one.path.slice(0, -1)) : one.path === pathname));
  if (route === undefined) throw new Error(`no route to ${path}`);
  const caller: Caller = { identity: 'anonymous', may: everything, from, face: 'consul' };
  const rest = route.path.endsWith('/*') ? pathname.slice(route.path.length - 1) : '';
  const query = Object.fromEntries(new URLSearchParams(search));
  const head = { method: 'PUT', url: path, headers: {}, rawHeaders: [] };
  const ask = new Ask({ head, caller, query, body: Buffer.from(body === null ? '' : JSON.stringify(body)), parameters: { '*': rest } });
  try {
    const { status, body: answered } = (await route.handle(ask)) as HttpAnswer;
    return { status, text: String(answered ?? '') };
  } catch (error) {
    const { status, message } = refusalOf(error);
    return { status, text: message };
  }
}
