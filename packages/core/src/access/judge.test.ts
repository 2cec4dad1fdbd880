import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyServiceName, serviceName } from '../catalog/instance.fixture.js';
import { Namespace, ServiceName } from '../catalog/names.js';
import { caller } from './access.fixture.js';
import { demandRight, demandRightSomewhere, mayDo } from './judge.js';
import { everything, isSame, nothing, permissionsOf } from './permissions.js';
import { rights, type Right } from './right.js';
import { Scope, ServicePattern } from './scope.js';

const blue = Namespace.parse('blue') as Namespace;

describe('what somebody may do', () => {
  it.each<[Parameters<typeof caller>[0], Right, string, boolean]>([
    [{ read: '*' }, 'read', 'payments', true],
    [{ read: '*' }, 'write', 'payments', false],
    [{ write: 'payments' }, 'write', 'payments', true],
    [{ write: 'payments' }, 'write', 'PayMents', true],
    [{ write: 'PAYMENTS' }, 'write', 'payments', true],
    [{ write: 'payments' }, 'write', 'payments-eu', false],
    [{ write: 'payments' }, 'write', 'payment', false],
    [{ write: 'payments-*' }, 'write', 'payments-eu', true],
    [{ write: 'payments-*' }, 'write', 'payments-', true],
    [{ write: 'payments-*' }, 'write', 'payments', false],
    [{ write: 'payments' }, 'read', 'payments', true],
    [{ write: 'payments' }, 'read', 'stock', false],
    [{ operate: 'payments' }, 'write', 'payments', true],
    [{ read: 'stock', write: 'payments' }, 'read', 'stock', true],
    [{}, 'read', 'payments', false],
  ])('%j: %s %s is %s', (wanted, right, service, allowed) => {
    expect(mayDo(caller(wanted), right, { namespace: Namespace.default, service: serviceName(service) })).toBe(allowed);
  });

  it('holds in the namespaces that are named, and in no other', () => {
    const service = serviceName('payments');
    expect(mayDo(caller({ write: '*' }), 'write', { namespace: blue, service })).toBe(false);
    expect(mayDo(caller({ write: '*', namespaces: 'blue green' }), 'write', { namespace: blue, service })).toBe(true);
    expect(mayDo(caller({ write: '*', namespaces: '*' }), 'write', { namespace: blue, service })).toBe(true);
  });

  it('is for a whole namespace only where it is for all its services', () => {
    expect(mayDo(caller({ write: 'payments' }), 'write', { namespace: Namespace.default })).toBe(false);
    expect(mayDo(caller({ write: '*' }), 'write', { namespace: Namespace.default })).toBe(true);
    expect(mayDo(caller({ write: '*' }), 'write', { namespace: blue })).toBe(false);
  });

  it('is for the registry only where it is for everything', () => {
    expect(mayDo(caller({ operate: '*' }), 'operate', null)).toBe(false);
    expect(mayDo(caller({ write: '*', namespaces: '*' }), 'operate', null)).toBe(false);
    expect(mayDo(caller({ operate: '*', namespaces: '*' }), 'operate', null)).toBe(true);
  });
});

describe('a refusal', () => {
  const concern = { namespace: Namespace.default, service: serviceName('stock') };

  it('asks who has not said who it is for a token, and tells others what they lack', () => {
    expect(() => demandRight(caller({ identity: 'anonymous' }), 'read', concern)).toThrow(
      expect.objectContaining({ code: 'unauthenticated', message: expect.stringContaining('"read" for the service stock') as string }),
    );
    expect(() => demandRight(caller({ write: 'payments' }), 'write', concern)).toThrow(
      expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('which "ci" does not have') as string }),
    );
    expect(() => demandRight(caller({}), 'operate', null)).toThrow('all services of all namespaces');
  });

  it('comes early for who has the right nowhere', () => {
    expect(() => demandRightSomewhere(caller({ read: '*' }), 'write')).toThrow('"write"');
    expect(() => demandRightSomewhere(caller({ write: 'payments' }), 'write')).not.toThrow();
  });
});

describe('the laws', () => {
  const anyPattern = fc
    .tuple(anyServiceName, fc.boolean())
    .map(([name, begins]) => ServicePattern.parse(begins ? `${name}*` : name))
    .filter((one) => one !== undefined);
  const anyScope = fc.array(anyPattern, { maxLength: 4 }).map((services) => new Scope({ namespaces: [Namespace.default], services }));

  it('no spelling of a name reaches further than another', () => {
    fc.assert(
      fc.property(anyScope, anyServiceName, (scope, name) => {
        const upper = name.toUpperCase() as ServiceName;
        expect(scope.covers(Namespace.default, upper)).toBe(scope.covers(Namespace.default, ServiceName.fold(name)));
      }),
    );
  });

  it('a name is covered exactly if it is one of the names or begins as one of the beginnings', () => {
    fc.assert(
      fc.property(fc.array(anyPattern, { maxLength: 4 }), anyServiceName, (services, name) => {
        const folded = name.toLowerCase();
        const expected = services.some((one) => (one.endsWith('*') ? folded.startsWith(one.slice(0, -1)) : folded === one));
        expect(new Scope({ namespaces: [Namespace.default], services }).covers(Namespace.default, name)).toBe(expected);
      }),
    );
  });

  it('a right is never without those before it', () => {
    fc.assert(
      fc.property(anyPattern, fc.constantFrom(...rights), anyServiceName, (one, right, name) => {
        const may = permissionsOf({ namespaces: 'all', read: [], write: [], operate: [], [right]: [one] });
        const held = rights.map((other) => may[other].covers(blue, name));
        expect(held).toEqual(held.toSorted((a, b) => Number(b) - Number(a)));
      }),
    );
  });

  it.each(['pay ments', 'pay/*', '**', '*pay', 'pay*ments', '', '%70ay', 'pay\n', 'páy', 'pay,stock'])('%j is no pattern', (text) => {
    expect(ServicePattern.parse(text)).toBeUndefined();
  });

  it('scopes of the same words share a key, and no others do', () => {
    const key = (read: string, namespaces = 'default'): string => caller({ read, namespaces }).may.read.key;
    expect(key('a b')).toBe(key('B a'));
    expect(key('a')).not.toBe(key('a*'));
    expect(key('a')).not.toBe(key('a', 'blue'));
    expect(key('*', '*')).toBe('');
    expect(key('*')).not.toBe('');
    expect(isSame(everything, caller({ operate: '*', namespaces: '*' }).may)).toBe(true);
    expect(isSame(everything, nothing)).toBe(false);
  });
});
