import { isLoopback } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { hostNameIn } from './http-headers.js';

describe('the Host header', () => {
  it.each(['localhost', 'LOCALHOST:8500', 'localhost.', 'registry.localhost', '127.0.0.1', '127.9.8.7:80', '[::1]', '[::1]:8500'])(
    'of loopback: %s',
    (header) => expect(isLoopback(hostNameIn(header))).toBe(true),
  );

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    '10.0.0.1:8500',
    '0.0.0.0',
    '[::2]',
    'localhost:80:80',
    'a@localhost',
    'localhost/',
  ])('of somebody else: %s', (header) => expect(isLoopback(hostNameIn(header))).toBe(false));
});
