import { describe, expect, it } from 'vitest';
import { typedCheckKind } from './typed-check.js';

describe('a check as it is typed', () => {
  it.each([
    ['http:/health', { type: 'http', path: '/health' }],
    ['https:/health?deep=1', { type: 'http', path: '/health?deep=1', tls: true }],
    ['tcp', { type: 'tcp' }],
    ['tcp:3001', { type: 'tcp', port: 3001 }],
    ['grpc', { type: 'grpc' }],
    ['grpc:3001', { type: 'grpc', port: 3001 }],
  ])('%s', (text, check) => expect(typedCheckKind.parse(text)).toEqual(check));

  it.each(['', 'http', 'http:health', 'http://elsewhere/health', 'tcp:', 'tcp:0', 'tcp:70000', 'udp', 'script:true', 'none'])(
    'refuses %j',
    (text) => expect(typedCheckKind.parse(text)).toBeUndefined(),
  );
});
