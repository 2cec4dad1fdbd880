/** A delta holds exactly those to whom something happened within three minutes, however they came to look as they do. */
import { SimulatedClock } from '@rollcall/conformance';
import {
  encodeHealthRecord,
  encodeInstanceRecord,
  encodeMachineRecord,
  everything,
  machineKey,
  MachineName,
  Namespace,
  Projection,
  readRegistration,
  recordKey,
  type Caller,
  type ChangeBatch,
  type EncodedRecord,
  type Registration,
} from '@rollcall/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { RecentChanges } from './recent-changes.js';

const REMEMBERED_MS = 180_000;
const SPAN_MS = 1000;
const caller: Caller = { identity: 'somebody', may: everything, from: '', face: 'test' };
const machine = { namespace: Namespace.default, name: MachineName.parse('m') as MachineName };

let clock: SimulatedClock;
let view: Projection;
let recent: RecentChanges;
let revision: number;

beforeEach(begin);

function begin(): void {
  clock = new SimulatedClock();
  view = new Projection();
  revision = 10;
  readAnew();
  recent = new RecentChanges({ view, clock });
  recent.start();
}

function readAnew(...records: EncodedRecord[]): void {
  view.begin({ epoch: 'e1', revision });
  view.page(records);
  view.finish();
}

function write(key: EncodedRecord['key'], value: EncodedRecord['value']): void {
  revision++;
  view.apply({ revision, records: [{ key, value, createRevision: value && revision, revision: value && revision } as EncodedRecord] });
}

/** Every second one is on a machine. */
function registrationOf(at: number): Registration {
  const fields = { service: `service-${at % 2}`, id: `i${at}`, host: '10.0.0.5', ...(at < 4 ? { machine: 'm' } : {}) };
  return readRegistration(fields, { face: 'native' });
}

function come(at: number): void {
  write(recordKey('instances', registrationOf(at)), recordOf(at));
}

function recordOf(at: number): EncodedRecord['value'] {
  return encodeInstanceRecord({ ...registrationOf(at), incarnation: 1, registeredAtMs: 0, unknown: {} });
}

function leave(at: number): void {
  write(recordKey('instances', registrationOf(at)), null);
}

function turn(at: number, status: 'critical' | null): void {
  const verdicts = { heartbeat: { status: status ?? 'passing', reason: 'lapse', sinceMs: 5, output: '' } } as const;
  const value = status && encodeHealthRecord({ verdicts, heldSinceMs: null, unknown: {} });
  write(recordKey('health', registrationOf(at)), value);
}

function turnMachine(born: 'critical' | 'passing'): void {
  const checks = [{ id: 'c', type: 'heartbeat', ttlMs: 1000, born }] as const;
  const origin = { face: 'native' };
  write(
    machineKey('machines', machine),
    encodeMachineRecord({ ...machine, addresses: {}, metadata: {}, checks, origin, registeredAtMs: 0, unknown: {} }),
  );
}

const told = (): readonly string[] =>
  [...recent.all(Namespace.default)].map(({ instance, leftAtMs }) => `${instance.id}${leftAtMs === null ? '' : ' left'}`).sort();

describe('what is told', () => {
  it('is nothing of what was there before', () => {
    readAnew({ key: recordKey('instances', registrationOf(1)), value: recordOf(1), createRevision: 5, revision: 5 });
    expect(told()).toEqual([]);
  });

  it('is of one namespace', () => {
    come(1);
    expect([...recent.all(Namespace.parse('other') as Namespace)]).toEqual([]);
  });

  it('is once somebody who came back', () => {
    come(1);
    leave(1);
    expect(told()).toEqual(['i1 left']);
    come(1);
    expect(told()).toEqual(['i1']);
  });

  it('is everybody on a machine that is another one', async () => {
    for (let at = 0; at < 6; at++) come(at);
    turnMachine('passing');
    await clock.advance(REMEMBERED_MS + SPAN_MS);
    turnMachine('critical');
    expect(told()).toEqual(['i0', 'i1', 'i2', 'i3']);
  });

  it('is everybody of a service that begins to panic', async () => {
    for (let at = 4; at < 40; at += 2) come(at);
    await clock.advance(REMEMBERED_MS + SPAN_MS);
    expect(told()).toEqual([]);
    for (let at = 4; at < 24; at += 2) turn(at, 'critical');
    expect(told()).toHaveLength(18);
  });

  it('is not more than as many changes as a list is long', () => {
    const [key, value] = [recordKey('instances', registrationOf(2)), recordOf(2)];
    for (let change = 0; change < 50_001; change++) write(key, value);
    expect(told()).toEqual([]);
    come(1);
    expect(told()).toEqual(['i1']);
  });
});

const anyAct = fc.oneof(
  { weight: 6, arbitrary: fc.nat(7).map((at) => () => come(at)) },
  { weight: 3, arbitrary: fc.nat(7).map((at) => () => leave(at)) },
  { weight: 3, arbitrary: fc.tuple(fc.nat(7), fc.constantFrom('critical', null)).map((some) => () => turn(...some)) },
  { weight: 1, arbitrary: fc.constantFrom('critical', 'passing').map((status) => () => turnMachine(status)) },
  { weight: 3, arbitrary: fc.constantFrom(1, 700, 30_000, 179_000).map((ms) => () => clock.advance(ms)) },
);

it('is what happened to each of them within the time, and at most a second longer', async () => {
  await fc.assert(
    fc
      .asyncProperty(fc.array(anyAct, { maxLength: 60 }), async (acts) => {
        const lately = new Map<string, { readonly atMs: number; readonly text: string }>();
        const note = ({ changes }: ChangeBatch): void => {
          for (const { ref, current } of changes)
            lately.set(ref.id, { atMs: clock.monotonicMs(), text: `${ref.id}${current === null ? ' left' : ''}` });
        };
        view.follow({ changed: note, reset: () => undefined }, caller);
        for (const act of acts) {
          await act();
          const ageOf = ({ atMs }: { readonly atMs: number }): number => clock.monotonicMs() - atMs;
          const within = (ms: number): readonly string[] => [...lately.values()].filter((one) => ageOf(one) <= ms).map(({ text }) => text);
          expect(told()).toEqual(expect.arrayContaining([...within(REMEMBERED_MS)]));
          expect(within(REMEMBERED_MS + SPAN_MS)).toEqual(expect.arrayContaining([...told()]));
        }
      })
      .beforeEach(begin),
    { numRuns: 200 },
  );
});
