import { expect, it } from 'vitest';
import { isLoopback } from './loopback.js';

it.each(['localhost', 'LOCALHOST.', 'registry.localhost', '127.0.0.1', '127.9.8.7', '::1'])('%s is this machine', (host) =>
  expect(isLoopback(host)).toBe(true),
);

it.each(['', '0.0.0.0', '::', '::2', '10.0.0.1', '127.0.0.1.evil.example', '127.evil.example', 'evil-localhost', 'localhost.example'])(
  '%j may be another',
  (host) => expect(isLoopback(host)).toBe(false),
);
