import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { troubleOf } from './trouble.js';

describe('troubleOf', () => {
  it.each([
    [status.OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted', 'revision-compacted', false, true],
    [status.OUT_OF_RANGE, 'etcdserver: mvcc: required revision is a future revision', 'revision-in-future', false, true],
    [status.NOT_FOUND, 'etcdserver: requested lease not found', 'lease-not-found', false, true],
    [status.FAILED_PRECONDITION, 'etcdserver: lease already exists', 'lease-exists', false, true],
    [status.INVALID_ARGUMENT, 'etcdserver: key not found', 'not-found', false, true],
    [status.INVALID_ARGUMENT, 'etcdserver: duplicate key given in txn request', 'invalid-request', false, true],
    [status.RESOURCE_EXHAUSTED, 'etcdserver: mvcc: database space exceeded', 'store-full', false, true],
    [status.RESOURCE_EXHAUSTED, 'etcdserver: too many requests', 'overloaded', true, true],
    [status.UNAVAILABLE, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1', 'store-unavailable', true, true],
    [status.UNAVAILABLE, 'etcdserver: leader changed', 'outcome-unknown', true, false],
    [status.UNAVAILABLE, 'Connection dropped', 'outcome-unknown', true, false],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded', 'outcome-unknown', true, false],
    [status.PERMISSION_DENIED, 'etcdserver: permission denied', 'store-unavailable', false, true],
  ])('code %d, %s: %s', (code, details, expected, passing, refused) => {
    const trouble = troubleOf(Object.assign(new Error(details), { code, details }));
    expect({ code: trouble.error.code, passing: trouble.passing, refused: trouble.refused }).toEqual({ code: expected, passing, refused });
  });

  it('knows a token that is no longer good', () => {
    expect(troubleOf({ code: status.UNAUTHENTICATED, details: 'etcdserver: invalid auth token' })).toMatchObject({ token: true });
  });

  it('is for what came over the wire only', () => {
    const mistake = new TypeError('a mistake of our own');
    expect(() => troubleOf(mistake)).toThrow(mistake);
  });
});
