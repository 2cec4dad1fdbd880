/**
 * A process that looks after a million instances: what their heartbeats cost, what they weigh, and how long attendance
 * ever holds up the loop. Its clock is moved by hand. What something costs is its time on the processor, so that
 * it does not depend on who else wants that; but for caches and memory, which nobody has for himself.
 */
import {
  Attendance,
  encodeInstanceRecord,
  Namespace,
  Projection,
  readRegistration,
  recordKey,
  type Clock,
  type EncodedRecord,
  type InstanceId,
  type InstanceSelector,
  type Store,
} from '@rollcall/core';
import { systemRandom } from 'rollcall/stores';
import { answerQuestions } from '../support/child.js';
import { usedBytes } from '../support/heap.js';

export interface AttendanceQuestion {
  readonly instances: number;
  readonly rounds: number;
}

export interface AttendanceAnswer {
  readonly bytesEach: number;
  /** Of a bulk heartbeat, from its JSON text to the last number written; one per round. */
  readonly perSecond: readonly number[];
  readonly scatteredPerSecond: readonly number[];
  /** Without the parsing: names looked up, numbers written. */
  readonly nsPerBeat: readonly number[];
  /** The same names looked up in a bare map, and numbers written into a bare array. */
  readonly bareNsPerBeat: readonly number[];
  /** The longest turn while everybody beats every ten seconds, and after all of them had beaten at once. */
  readonly steadyPauseMs: number;
  readonly burstPauseMs: number;
}

/** What one request carries. */
const IDS_PER_REQUEST = 1_000;
const TICK_MS = 100;
const BEAT_EVERY_MS = 10_000;
const PAGE = 1_000;
/** Shares no divisor with any number of requests. */
const STRIDE = 7919;

answerQuestions(async ({ instances, rounds }: AttendanceQuestion): Promise<AttendanceAnswer> => {
  const view = filledView(instances);
  const clock = new HandClock();
  const before = usedBytes();
  const attendance = new Attendance({ view, store: silentStore, showing: { wait: never }, clock, random: systemRandom, log });
  await attendance.start();
  const bytesEach = (usedBytes() - before) / instances;
  const requests = bulkRequests(instances, false);
  const scattered = bulkRequests(instances, true);

  const perSecond: number[] = [];
  const scatteredPerSecond: number[] = [];
  const nsPerBeat: number[] = [];
  const bareNsPerBeat: number[] = [];
  const bare = bareLoop(instances);
  for (let round = 0; round < rounds; round++) {
    const all = (texts: readonly string[]) => () => texts.forEach((text) => heard(attendance, selectorsOf(text)));
    perSecond.push(instances / (timeMs(all(requests)) / 1000));
    scatteredPerSecond.push(instances / (timeMs(all(scattered)) / 1000));
    nsPerBeat.push(nsEach(requests, (some) => heard(attendance, some)));
    bareNsPerBeat.push(nsEach(requests, bare));
  }
  return { bytesEach, perSecond, scatteredPerSecond, nsPerBeat, bareNsPerBeat, ...pauses(attendance, clock, requests.map(selectorsOf)) };
});

/** Each request is read just before it is heard, as it is when it comes from the wire; only the hearing is counted. */
function nsEach(requests: readonly string[], hear: (selectors: readonly InstanceSelector[]) => void): number {
  let [sumMs, beats] = [0, 0];
  for (const text of requests) {
    const selectors = selectorsOf(text);
    sumMs += timeMs(() => hear(selectors));
    beats += selectors.length;
  }
  return (sumMs * 1e6) / beats;
}

/** A clock that is moved by hand; it keeps the longest turn that a callback took. */
class HandClock implements Clock {
  #nowMs = 0;
  #timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  longestTurnMs = 0;

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (let due = this.#due(); due.length > 0; due = this.#due()) {
      for (const { callback } of due) this.longestTurnMs = Math.max(this.longestTurnMs, timeMs(callback));
    }
  }

  #due(): readonly { readonly callback: () => void }[] {
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#nowMs);
    return due;
  }
}

/** A minute in which everybody beats every ten seconds, a share of them per tick; and one in which all do at once. */
function pauses(
  attendance: Attendance,
  clock: HandClock,
  requests: readonly (readonly InstanceSelector[])[],
): Pick<AttendanceAnswer, 'steadyPauseMs' | 'burstPauseMs'> {
  const perTick = Math.ceil((requests.length * TICK_MS) / BEAT_EVERY_MS);
  let next = 0;
  const minute = (beats: (tick: number) => void): number => {
    clock.longestTurnMs = 0;
    for (let tick = 0; tick < 600; tick++) {
      beats(tick);
      clock.advance(TICK_MS);
    }
    return clock.longestTurnMs;
  };
  const share = (): void => {
    for (let request = 0; request < perTick; request++) heard(attendance, requests[next++ % requests.length] ?? []);
  };
  // Not counted: whoever has just been loaded has the same deadline as everybody else.
  minute(share);
  const steadyPauseMs = minute(share);
  const burstPauseMs = minute((tick) => {
    if (tick % (BEAT_EVERY_MS / TICK_MS) === 0) for (const request of requests) heard(attendance, request);
  });
  return { steadyPauseMs, burstPauseMs };
}

function filledView(instances: number): Projection {
  const view = new Projection();
  view.begin({ epoch: 'bench', revision: instances + 2 });
  for (let from = 0; from < instances; from += PAGE) {
    view.page(Array.from({ length: Math.min(PAGE, instances - from) }, (_, at) => registrationRecord(from + at)));
  }
  view.finish();
  return view;
}

function registrationRecord(at: number): EncodedRecord {
  const fields = { service: `service-${Math.floor(at / 50)}`, id: idOf(at), host: '10.0.0.5', port: 8080 };
  const one = readRegistration(fields, { face: 'bench' });
  const value = encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: 0, unknown: {} });
  return { key: recordKey('instances', one), value, createRevision: at + 2, revision: at + 2 };
}

function idOf(at: number): string {
  return `service-${Math.floor(at / 50)}-10.0.0.5-${at}`;
}

/**
 * As they come from the wire. An agent speaks for those who came up with it, so their rows lie side by side; agents
 * come in any order. Scattered, every id of a request is somewhere else: no cache helps.
 */
function bulkRequests(instances: number, scattered: boolean): readonly string[] {
  const count = Math.ceil(instances / IDS_PER_REQUEST);
  const member = (request: number, at: number): number =>
    scattered ? at * count + request : ((request * STRIDE) % count) * IDS_PER_REQUEST + at;
  return Array.from({ length: count }, (_, request) =>
    JSON.stringify({ ids: Array.from({ length: IDS_PER_REQUEST }, (_, at) => idOf(member(request, at))) }),
  );
}

function selectorsOf(text: string): readonly InstanceSelector[] {
  const { ids } = JSON.parse(text) as { readonly ids: readonly InstanceId[] };
  return ids.map((id) => ({ namespace: Namespace.default, id, service: null }));
}

function heard(attendance: Attendance, selectors: readonly InstanceSelector[]): void {
  const left = attendance.beatMany(selectors);
  if (left.length > 0) throw new Error(`${left.length} heartbeats were not heard`);
}

function bareLoop(instances: number): (selectors: readonly InstanceSelector[]) => void {
  const rows = new Map(Array.from({ length: instances }, (_, at) => [idOf(at), at] as const));
  const numbers = new Float64Array(instances);
  return (selectors) => {
    for (const { id } of selectors) numbers[rows.get(id) as number] = selectors.length;
  };
}

function timeMs(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

function never(): Promise<never> {
  return Promise.reject(new Error('Nobody was to lapse.'));
}

/** Everybody beats in time: there is nothing to write. */
const silentStore = {
  range: () => Promise.resolve({ revision: 1, entries: [], more: false }),
  watch: () => ({ position: 1, cancel: () => undefined }),
  commit: never,
} satisfies Partial<Store> as unknown as Store;

const log = { info: () => undefined, warn: console.error, error: console.error };
