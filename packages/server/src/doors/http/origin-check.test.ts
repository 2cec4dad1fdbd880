import { describe, expect, it } from 'vitest';
import { OriginCheck } from './origin-check.js';

const own = { host: 'localhost:8500' };
const evil = 'https://evil.example';

function head(method: string, headers: Readonly<Record<string, string>>): Parameters<OriginCheck['refusal']>[0] {
  return { method, url: '/register', headers: {}, rawHeaders: Object.entries({ ...own, ...headers }).flat() };
}

const closed = new OriginCheck([]);
const open = new OriginCheck(['https://console.example', 'http://localhost:3000']);

describe('who is no web page of others', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a service', 'POST', {}],
    ['curl', 'GET', { 'user-agent': 'curl/8' }],
    ['a page of this registry', 'POST', { 'origin': 'http://localhost:8500', 'sec-fetch-site': 'same-origin' }],
    [
      'a page of this registry behind a proxy with a name of its own',
      'GET',
      { 'origin': 'https://registry.example', 'sec-fetch-site': 'same-origin' },
    ],
    ['a page of this registry behind TLS', 'PUT', { origin: 'https://localhost:8500' }],
    ['a page of this registry that reads', 'GET', { 'sec-fetch-site': 'same-origin' }],
    ['somebody who typed the address', 'GET', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
    ['somebody who followed a link', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
  ])('%s may', (_who, method, headers) => {
    expect(closed.refusal(head(method, headers))).toBeNull();
  });
});

describe('a web page', () => {
  it.each<[string, string, Record<string, string>]>([
    ['that fetches', 'POST', { 'origin': evil, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
    [
      'that sends a form',
      'POST',
      { 'origin': evil, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
    ['in an old browser', 'POST', { origin: evil }],
    ['in a sandbox', 'POST', { origin: 'null' }],
    ['of a host beside ours', 'POST', { 'origin': 'http://beside.localhost:8500', 'sec-fetch-site': 'same-site' }],
    ['of another port of this machine', 'POST', { 'origin': 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    ['whose origin begins like ours', 'POST', { origin: 'http://localhost:8500.evil.example' }],
    ['that watches', 'GET', { 'origin': evil, 'sec-fetch-site': 'cross-site' }],
    ['with an image', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['with a frame', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['that asks beforehand', 'OPTIONS', { 'origin': evil, 'access-control-request-method': 'PUT' }],
  ])('%s may not', (_what, method, headers) => {
    expect(closed.refusal(head(method, headers))).toMatchObject({ code: 'origin-not-allowed' });
    expect(closed.preflight(head(method, headers))).toBeNull();
    expect(closed.headers(head(method, headers))).toEqual([]);
  });

  it('that was named may, and its browser is told so', () => {
    const asked = head('GET', { 'origin': 'https://console.example', 'sec-fetch-site': 'cross-site' });
    expect(open.refusal(asked)).toBeNull();
    expect(open.headers(asked)).toEqual(expect.arrayContaining(['access-control-allow-origin', 'https://console.example', 'vary']));
    expect(open.refusal(head('GET', { origin: evil }))).not.toBeNull();
  });

  it('that was named may ask beforehand', () => {
    const asked = head('OPTIONS', {
      'origin': 'http://localhost:3000',
      'access-control-request-method': 'PUT',
      'access-control-request-private-network': 'true',
    });
    expect(open.preflight(asked)).toMatchObject({ status: 204, body: null });
    expect(open.preflight(asked)?.headers).toEqual(
      expect.arrayContaining(['http://localhost:3000', 'GET, POST, PUT, PATCH, DELETE', 'access-control-allow-private-network']),
    );
    expect(open.preflight(head('OPTIONS', { origin: 'http://localhost:3000' }))).toBeNull();
  });
});
