import { describe, expect, it } from 'vitest';
import { readRegistration } from '../registrar/read-registration.js';
import { readAddressRange, type AddressRange } from './address.js';
import { admit, type ProbeRules } from './admission.js';

const strict: ProbeRules = { loopback: false, allowed: [], scripts: 'off' };

function admitted(host: string, checks: readonly object[], rules: Partial<ProbeRules> = {}, face = 'native'): string {
  try {
    admit(readRegistration({ service: 'web', host, port: 80, checks }, { face }), { ...strict, ...rules });
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a check', () => {
  it.each([
    ['the instance’s own host', '10.0.0.5', [{ type: 'tcp' }], {}, /^taken$/],
    ['its own name', 'web.internal', [{ type: 'http' }], {}, /^taken$/],
    [
      'another host',
      '10.0.0.5',
      [{ type: 'tcp' }, { type: 'tcp', host: '10.0.0.6' }],
      {},
      /^checks\[1\]\.host is "10\.0\.0\.6"; allowed is the instance’s own/,
    ],
    ['another name', '10.0.0.5', [{ type: 'tcp', host: 'db' }], {}, /host is "db"/],
    ['one that was allowed', '10.0.0.5', [{ type: 'tcp', host: '10.0.0.6' }], { allowed: ['10.0.0.0/24'] }, /^taken$/],
    ['one that is forbidden, though it is its own', '169.254.169.254', [{ type: 'http' }], {}, /address where clouds tell/],
    ['loopback from elsewhere', '127.0.0.1', [{ type: 'http' }], {}, /registry’s own machine/],
    ['loopback on a laptop', '127.0.0.1', [{ type: 'http' }], { loopback: true }, /^taken$/],
    ['another loopback address there', '10.0.0.5', [{ type: 'http', host: '127.0.0.9' }], { loopback: true }, /^taken$/],
    ['a program', '10.0.0.5', [{ type: 'script', command: 'x' }], {}, /runs no programs/],
    [
      'a program from the network',
      '10.0.0.5',
      [{ type: 'script', command: 'x' }],
      { scripts: 'own-files' as const },
      /not taken from the network/,
    ],
    ['a program where anybody may say which', '10.0.0.5', [{ type: 'script', command: 'x' }], { scripts: 'everybody' as const }, /^taken$/],
    ['no check at all', '169.254.169.254', [], {}, /^taken$/],
  ])('of %s', (_name, host, checks, rules, answer) => {
    const allowed = ('allowed' in rules ? (rules.allowed ?? []) : []).map((text) => readAddressRange(text) as AddressRange);
    expect(admitted(host, checks, { ...rules, allowed })).toMatch(answer);
  });

  it('may be a program where a file of the registry’s own says so', () => {
    const script = [{ type: 'script', command: 'x' }];
    expect(admitted('10.0.0.5', script, { scripts: 'own-files' }, 'files:web.yaml')).toBe('taken');
    expect(admitted('10.0.0.5', script, { scripts: 'off' }, 'files:web.yaml')).toMatch(/runs no programs/);
  });
});
