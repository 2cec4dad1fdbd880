import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeName } from '../cluster/node-name.js';
import { fromText, toText } from '../store/bytes.js';
import { textRangeHoldsBytes, toTextRange } from '../store/key-range.js';
import { anyInstanceId, anyServiceName, defaultNamespace, instanceId, serviceName } from '../catalog/instance.fixture.js';
import { isKeyOf, lettersRange, nodeKey, nodeNameIn, nodesRange, parseRecordKey, recordKey, recordKeyStart, refText } from './keys.js';
import { ServiceName } from '../catalog/names.js';

describe('recordKey', () => {
  it.each([
    ['payments-1', '/rollcall/instances/default/payments/payments-1'],
    ['10.0.0.5:80', '/rollcall/instances/default/payments/10.0.0.5:80'],
    ['team/a/1', '/rollcall/instances/default/payments/team%2Fa%2F1'],
    ["a/b c%!*'()", '/rollcall/instances/default/payments/a%2Fb%20c%25%21%2A%27%28%29'],
    ['größe', '/rollcall/instances/default/payments/gr%C3%B6%C3%9Fe'],
  ])('writes %s so that people can read it', (id, key) => {
    const ref = { namespace: defaultNamespace, service: serviceName('Payments'), id: instanceId(id) };
    expect(toText(recordKey('instances', ref))).toBe(key);
  });

  it('is read back by parseRecordKey, with the folded name', () => {
    fc.assert(
      fc.property(anyServiceName, anyInstanceId, fc.constantFrom('instances' as const, 'health' as const), (service, id, kind) => {
        const ref = { namespace: defaultNamespace, service, id };
        expect(parseRecordKey(recordKey(kind, ref))).toEqual({ kind, ref: { ...ref, service: ServiceName.fold(service) } });
      }),
    );
  });

  it('is the same for every spelling of a service, and another one for every other id', () => {
    fc.assert(
      fc.property(anyServiceName, anyInstanceId, anyInstanceId, (service, id, otherId) => {
        const ref = { namespace: defaultNamespace, service, id };
        expect(refText({ ...ref, service: service.toUpperCase() as ServiceName })).toBe(refText(ref));
        expect(refText({ ...ref, id: otherId }) === refText(ref)).toBe(id === otherId);
      }),
    );
  });
});

describe('isKeyOf', () => {
  it('tells whether a key is one of a service’s instance', () => {
    fc.assert(
      fc.property(anyServiceName, anyInstanceId, fc.oneof(anyInstanceId, fc.constant(null)), (service, id, another) => {
        const start = fromText(recordKeyStart('instances', defaultNamespace, service));
        const key = recordKey('instances', { namespace: defaultNamespace, service, id: another ?? id });
        expect(isKeyOf(key, start, id)).toBe((another ?? id) === id);
        expect(isKeyOf(key.subarray(0, -1), start, id)).toBe(false);
        expect(isKeyOf(recordKey('health', { namespace: defaultNamespace, service, id }), start, id)).toBe(false);
      }),
    );
  });

  it.each(['a/b', 'a%2Fb', 'ä'])('does not take %s for a key that is not written as keys are', (id) => {
    expect(isKeyOf(fromText(`/start/${id}`), fromText('/start/'), id)).toBe(false);
  });
});

describe('nodeKey', () => {
  it.each(['a', 'A', 'node-1', '10.0.0.5', 'a'.repeat(63)])('of %s is read back by nodeNameIn', (name) => {
    const key = nodeKey(name as NodeName);
    expect([toText(key), nodeNameIn(key)]).toEqual([`/rollcall/nodes/${name}`, name]);
    expect(textRangeHoldsBytes(toTextRange(nodesRange), key)).toBe(true);
    expect(textRangeHoldsBytes(toTextRange(lettersRange), key)).toBe(false);
  });

  it.each(['', '-a', 'a/b', 'a b', 'a'.repeat(64)])('is not what lies at “%s”', (text) =>
    expect(nodeNameIn(fromText(`/rollcall/nodes/${text}`))).toBeNull(),
  );
});

describe('parseRecordKey', () => {
  it.each([
    ['another kind', '/rollcall/others/default/a'],
    ['a node', '/rollcall/nodes/a'],
    ['a letter between nodes', '/rollcall/letters/b/a/1'],
    ['a service with capitals', '/rollcall/instances/default/Payments/a'],
    ['needless encoding', '/rollcall/instances/default/payments/%61'],
    ['small hexadecimals', '/rollcall/instances/default/payments/%2f'],
    ['broken encoding', '/rollcall/instances/default/payments/%zz'],
    ['encoding of no text', '/rollcall/instances/default/payments/%ff'],
    ['too many parts', '/rollcall/instances/default/payments/a/b'],
    ['too few parts', '/rollcall/instances/default/payments'],
    ['an id that is too long', `/rollcall/instances/default/payments/${'a%2F'.repeat(129)}`],
    ['no id', '/rollcall/instances/default/payments/'],
    ['another root', '/elsewhere/instances/default/payments/a'],
  ])('leaves %s alone', (_what, key) => expect(parseRecordKey(fromText(key))).toBeNull());

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseRecordKey(bytes)));
  });
});
