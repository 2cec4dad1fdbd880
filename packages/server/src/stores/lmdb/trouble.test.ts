import { RollcallError } from '@rollcall/core';
import { expect, it } from 'vitest';
import { asStoreError } from './trouble.js';

it.each([
  [
    'a full disk',
    new Error('write failed', { cause: new Error('ENOSPC: no space left on device') }),
    'store-full',
    /no room left for FILE/,
  ],
  ['a damaged page', new Error('MDB_CORRUPTED: Located page was wrong type'), 'store-corrupt', /FILE is damaged/],
  [
    'a damaged record',
    new RollcallError('store-corrupt', 'The record under 61 is damaged.'),
    'store-corrupt',
    /FILE is damaged\. The record/,
  ],
  ['a failing disk', new Error('EIO: i/o error'), 'store-failed', /Writing FILE failed \(EIO/],
  ['a defect of our own', new TypeError('x is not a function'), 'store-failed', /Rollcall itself failed over FILE .* report it/],
  ['what is in words already', new RollcallError('store-closed', 'The store is closed.'), 'store-closed', /^The store is closed\.$/],
])('says what happened: %s', (_, error, code, message) => {
  expect(asStoreError(error, 'FILE')).toMatchObject({ code, message: expect.stringMatching(message) as string });
});
