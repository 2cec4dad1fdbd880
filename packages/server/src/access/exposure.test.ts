import { describe, expect, it } from 'vitest';
import { exposureOf, type Exposure } from './exposure.js';

const alone: Exposure = { bind: '127.0.0.1', tokenFile: null, tlsClientCa: null, isEncrypted: false, insecure: false };

describe('a door', () => {
  it.each(['127.0.0.1', '::1', 'localhost', '127.9.9.9'])('on %s opens to everybody on this machine', (bind) => {
    expect(exposureOf({ ...alone, bind })).toEqual({ refusal: null, warnings: [] });
  });

  it.each(['0.0.0.0', '::', '10.0.0.5', 'registry.example', 'localhost.example'])(
    'on %s stays closed until somebody says who may',
    (bind) => {
      const { refusal } = exposureOf({ ...alone, bind });
      for (const way of ['--token-file', '--tls-client-ca', '--insecure']) expect(refusal).toContain(way);
    },
  );

  const wide = { ...alone, bind: '0.0.0.0' };

  it('opens wide where somebody says so, and says loudly what that means', () => {
    expect(exposureOf({ ...wide, insecure: true })).toEqual({ refusal: null, warnings: [expect.stringContaining('NO ACCESS CONTROL')] });
    expect(exposureOf({ ...wide, tokenFile: 't' })).toEqual({ refusal: null, warnings: [expect.stringContaining('in the clear')] });
    expect(exposureOf({ ...wide, tokenFile: 't', isEncrypted: true })).toEqual({ refusal: null, warnings: [] });
    expect(exposureOf({ ...wide, tlsClientCa: 'ca', isEncrypted: true })).toEqual({ refusal: null, warnings: [] });
  });
});
