import { describe, expect, it } from 'vitest';
import { checkTargetKind, shownTarget } from './check-target.js';

describe('a check as it is typed', () => {
  it.each([
    ['none', null, '10.0.0.5:3000'],
    ['tcp', { type: 'tcp', port: null }, '10.0.0.5:3000'],
    ['tcp:3001', { type: 'tcp', port: 3001 }, '10.0.0.5:3001'],
    ['http:/health?deep=1', { type: 'path', path: '/health?deep=1' }, 'http://10.0.0.5:3000/health?deep=1'],
    ['http:/', { type: 'path', path: '/' }, 'http://10.0.0.5:3000/'],
    ['http://localhost:81/ready', { type: 'url', url: 'http://localhost:81/ready' }, 'http://localhost:81/ready'],
    ['https://[::1]/ready', { type: 'url', url: 'https://[::1]/ready' }, 'https://[::1]/ready'],
  ])('%s', (text, target, shown) => {
    expect(checkTargetKind.parse(text)).toEqual(target);
    expect(shownTarget(target as ReturnType<typeof checkTargetKind.parse> & object, '10.0.0.5', 3000)).toBe(shown);
  });

  it.each([
    '',
    'http',
    'http:',
    'http:health',
    'http:/a b',
    'http://',
    'https:/health',
    'tcp:',
    'tcp:0',
    'tcp:65536',
    'udp',
    'script:x',
    7,
  ])('%j makes no sense', (text) => {
    expect(checkTargetKind.parse(text)).toBeUndefined();
  });

  it('shows an address of IPv6 in brackets', () => {
    expect(shownTarget(null, 'fe80::1', 3000)).toBe('[fe80::1]:3000');
  });
});
