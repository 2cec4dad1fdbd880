import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyServiceName } from './instance.fixture.js';
import { InstanceId, Namespace, ServiceName } from './names.js';

describe('ServiceName', () => {
  it.each(['payments', 'Payments', 'a', '7', 'a.b_c-d~e:f', 'x'.repeat(128)])('takes %s', (text) =>
    expect(ServiceName.parse(text)).toBe(text),
  );

  it.each(['', '.a', '-a', 'a b', 'a/b', 'a%', 'ä', 'a\n', 'x'.repeat(129), 5, null, ['a']])('refuses %j', (value) =>
    expect(ServiceName.parse(value)).toBeUndefined(),
  );

  it('folds to a name that folds to itself', () => {
    fc.assert(fc.property(anyServiceName, (name) => ServiceName.fold(ServiceName.fold(name)) === ServiceName.fold(name)));
  });
});

describe('InstanceId', () => {
  it.each(['a', 'payments-10.0.0.5-8080', 'a/b', 'a b', '50%', '...', 'größe', '実例', '🙂', '🙂'.repeat(256), '__proto__'])(
    'takes %s',
    (text) => expect(InstanceId.parse(text)).toBe(text),
  );

  it.each(['', '.', '..', 'a\n', '\u0000', '\u200b', '\u2028', '\ud83d', 'x'.repeat(257), 5, {}])('refuses %j', (value) =>
    expect(InstanceId.parse(value)).toBeUndefined(),
  );
});

describe('Namespace', () => {
  it.each(['default', 'a', '0', 'team-a', 'x'.repeat(63)])('takes %s', (text) => expect(Namespace.parse(text)).toBe(text));
  it.each(['', 'A', 'a/b', '-a', 'a-', 'a.b', 'x'.repeat(64), null])('refuses %j', (value) =>
    expect(Namespace.parse(value)).toBeUndefined(),
  );
});
