/** Another Eureka server, as a courier meets it: what it was told, and what it is made to answer. */
import {
  Host,
  instanceOf,
  Namespace,
  noMeter,
  readRegistration,
  ServiceName,
  type Instance,
  type InstanceRef,
  type Random,
} from '@rollcall/core';
import { SimulatedClock } from '@rollcall/conformance';
import { readInstanceJson } from '../read-document.js';
import { write } from '../map.js';
import { born } from '../said.fixture.js';
import { Courier } from './courier.js';
import { LinkFailure } from './link.js';
import { outwardMeters } from './meters.js';
import { keyOf } from './outbox.js';
import { stepFor } from './steps.js';

export interface Told {
  readonly action: string;
  readonly appName: string;
  readonly id: string;
  readonly status: string;
  readonly overriddenStatus: string;
  readonly lastDirtyTimestamp: number;
  readonly instanceInfo?: { readonly status: string; readonly metadata: Readonly<Record<string, string>> };
}

export type Answer = readonly (number | { readonly statusCode: number; readonly responseEntity: object })[] | LinkFailure | string;

/** The same for everybody who asks, half of what could be. */
const even: Random = { number: () => 0, bytes: (count: number) => new Uint8Array(count) };

/** A catalog of a few, a courier that is told of every change of it, and the server that it speaks to. */
export class Doubled {
  readonly clock: SimulatedClock;
  readonly batches: Told[][] = [];
  readonly taken: unknown[] = [];
  readonly gone: string[] = [];
  readonly reached: number[] = [];
  readonly logged: string[] = [];
  /** To each batch; left out: 200 for all. */
  answer: (batch: readonly Told[]) => Answer | Promise<Answer> = (batch) => batch.map(() => 200);
  /** How long ago everybody was heard. */
  ageMs: number | null = null;
  readonly courier: Courier;
  readonly #instances = new Map<string, Instance>();

  constructor(settle?: () => Promise<void>) {
    this.clock = new SimulatedClock(settle);
    this.courier = new Courier({
      isSelf: false,
      name: 'http://other/eureka/',
      link: { send: (body) => this.#send(body) },
      instanceOf: (ref) => this.#instances.get(keyOf(ref)),
      heardAgeMs: () => this.ageMs,
      takeNewer: async (said) => void this.taken.push(said),
      takeGoodbye: async ({ id }, revision) => void this.gone.push(`${id} ${revision}`),
      reached: (awayMs) => void this.reached.push(awayMs),
      clock: this.clock,
      random: even,
      log: {
        info: (line) => void this.logged.push(line),
        warn: (line) => void this.logged.push(line),
        error: (line) => void this.logged.push(line),
      },
      meters: outwardMeters(noMeter, () => ({ waiting: 0, silent: 0, ageMs: 0 })),
    });
    this.courier.start();
  }

  /** As the catalog tells of it; `null`: it left. */
  put(ref: InstanceRef, current: Instance | null): void {
    const previous = this.#instances.get(keyOf(ref)) ?? null;
    if (current === null) this.#instances.delete(keyOf(ref));
    else this.#instances.set(keyOf(ref), current);
    const step = stepFor(previous, current);
    if (step?.act === 'note') this.courier.outbox.note(ref, step.news);
    else if (step?.act === 'cancel') this.courier.outbox.cancel(ref);
    else if (step?.act === 'forget') this.courier.outbox.forget(ref);
  }

  /** What was told since the last time, in a few words each. */
  told(): readonly string[] {
    return this.batches
      .splice(0)
      .flat()
      .map(({ action, id, status }) => `${action} ${id} ${status ?? ''}`.trim());
  }

  async #send(body: string): Promise<string> {
    const { replicationList: batch } = JSON.parse(body) as { replicationList: Told[] };
    this.batches.push(batch);
    const answer = await this.answer(batch);
    if (answer instanceof LinkFailure) throw answer;
    if (typeof answer === 'string') return answer;
    return JSON.stringify({ responseList: answer.map((one) => (typeof one === 'number' ? { statusCode: one } : one)) });
  }
}

const namespace: Namespace = Namespace.default;

export function refOf(id: string): InstanceRef {
  const instance = spring(id);
  return { namespace, service: instance.service, id: instance.id };
}

/** One that registered through Eureka, here or at another server. */
export function spring(id: string, { isTold = false, ...like }: Partial<Instance> & { readonly isTold?: boolean } = {}): Instance {
  const document = {
    instanceId: id,
    app: 'ORDERS',
    hostName: 'h',
    ipAddr: '10.0.0.1',
    port: 8080,
    dataCenterInfo: { name: 'MyOwn' },
    lastDirtyTimestamp: 1000,
  };
  const terms = { doubled: false, isLookedAt: () => true };
  return born(write(readInstanceJson(document, 0), namespace, terms, null, isTold), like);
}

/** One that registered through the native API. */
export function plain(id: string, fields: object = {}, circumstances: Partial<Parameters<typeof instanceOf>[1]> = {}): Instance {
  const registration = readRegistration(
    { namespace, service: 'Plain' as ServiceName, id, host: '10.0.0.2' as Host, port: 9000, ...fields },
    { face: 'native' },
  );
  const found = { verdicts: {}, healthRevision: 0, held: false, intent: null, intentRevision: 0, machine: null, ...circumstances };
  return instanceOf({ ...registration, incarnation: 1, registeredAtMs: 5, createRevision: 1, revision: 1 }, found);
}
