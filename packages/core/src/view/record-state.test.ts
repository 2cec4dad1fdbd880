import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultNamespace, registration } from '../catalog/instance.fixture.js';
import type { Instance } from '../catalog/instance.js';
import type { MachineName } from '../catalog/names.js';
import type { EncodedRecord } from '../records/encoded.js';
import { machineKey, recordKey } from '../records/keys.js';
import { encodeMachineRecord } from '../records/machine-record.js';
import { encodeHealthRecord, encodeInstanceRecord } from '../records/records.js';
import { RecordState } from './record-state.js';

const machines = ['m1', 'm2'] as readonly string[] as readonly MachineName[];
const verdicts = { heartbeat: { status: 'critical', reason: 'lapse', sinceMs: 0, output: '' } } as const;

/** Of few instances, so that many records are of the same ones, under ids that are used in several services. */
const ref = fc.record({ id: fc.constantFrom('a', 'b', 'a/ä', 'c'), service: fc.constantFrom('payments', 'Payments', 'orders') });

const anyRegistration = fc
  .record({ ref, machine: fc.constantFrom(null, ...machines), port: fc.nat(9), isStrange: fc.boolean(), isElsewhere: fc.nat(9) })
  .map(({ ref: { id, service }, machine, port, isStrange, isElsewhere }) => {
    const one = { ...registration({ id, service, port: port + 1 }), machine };
    const unknown = isStrange ? { future: true } : {};
    const value = encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: port, unknown });
    return [recordKey('instances', isElsewhere === 0 ? registration({ id: 'elsewhere', service }) : one), value] as const;
  });

const anyHealth = ref.map(({ id, service }) => {
  const value = encodeHealthRecord({ verdicts, heldSinceMs: null, unknown: {} });
  return [recordKey('health', registration({ id, service })), value] as const;
});

/** Whoever runs on it is as it is. */
const anyMachine = fc.constantFrom(...machines).map((name) => {
  const ref = { namespace: defaultNamespace, name };
  const check = { id: 'disk', type: 'heartbeat', ttlMs: 1_000, born: 'critical' } as const;
  const machine = { ...ref, addresses: {}, metadata: {}, checks: [check], origin: { face: 'test' }, registeredAtMs: 0, unknown: {} };
  return [machineKey('machines', ref), encodeMachineRecord(machine)] as const;
});

const anyPages = fc
  .array(fc.array(fc.oneof({ weight: 6, arbitrary: anyRegistration }, anyHealth, anyMachine), { maxLength: 8 }), { maxLength: 6 })
  .map((pages) => {
    let revision = 1;
    return pages.map((page) => page.map(([key, value]): EncodedRecord => ({ key, value, createRevision: ++revision, revision })));
  });

describe('the state that records make', () => {
  it('is the same whether they are loaded in pages or taken one by one', () => {
    fc.assert(
      fc.property(anyPages, (pages) => {
        const [loaded, taken] = [new RecordState(1), new RecordState(1)];
        for (const page of pages) loaded.load(page);
        for (const record of pages.flat()) taken.take([record]);
        expect(shown(loaded)).toEqual(shown(taken));
      }),
    );
  });

  it('shows who says more than is understood here when nothing else comes behind', () => {
    const one = registration({ id: 'a' });
    const value = encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: 0, unknown: { future: true } });
    const state = new RecordState(1);
    state.load([{ key: recordKey('instances', one), value, createRevision: 2, revision: 2 }]);
    expect(state.instances.get(one)?.id).toBe('a');
  });

  it('keeps what was found about who comes once more', () => {
    const one = registration({ id: 'a' });
    const records = [1, 2].map((revision): EncodedRecord => {
      const value = encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: revision, unknown: {} });
      return { key: recordKey('instances', one), value, createRevision: 2, revision: revision + 1 };
    });
    const health = { key: recordKey('health', one), value: encodeHealthRecord({ verdicts, heldSinceMs: null, unknown: {} }) };
    const state = new RecordState(1);
    state.load(records.slice(0, 1));
    state.load([{ ...health, createRevision: 2, revision: 2 }]);
    state.load(records.slice(1));
    expect(state.instances.get(one)).toMatchObject({ health: 'critical', revision: 3 });
  });
});

function shown({ instances, undecodable }: RecordState): unknown {
  const ids = ['a', 'b', 'a/ä', 'c'].map((id) => inOrder(instances.withId(defaultNamespace, registration({ id }).id)));
  const on = machines.map((name) => inOrder(instances.on({ namespace: defaultNamespace, name })));
  return { all: inOrder([...instances.all()]), size: instances.size, ids, on, undecodable };
}

function inOrder(all: readonly Instance[]): readonly Instance[] {
  return all.toSorted((one, other) => one.revision - other.revision);
}
