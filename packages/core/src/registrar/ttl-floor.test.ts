import { expect, it } from 'vitest';
import { registration } from '../catalog/instance.fixture.js';
import { demandTtl } from './ttl-floor.js';

it.each([
  ['2s', 2000],
  ['none', 2000],
  ['200ms', 0],
])('a ttl of %s is not below %s ms', (ttl, minMs) => expect(() => demandTtl(registration({ ttl }).checks, minMs)).not.toThrow());

it('a shorter one is refused, with what is allowed', () => {
  expect(() => demandTtl(registration({ ttl: '1999ms' }).checks, 2000)).toThrow(
    'ttl is 1999ms; allowed is 2s or longer, where there are several nodes.',
  );
});
