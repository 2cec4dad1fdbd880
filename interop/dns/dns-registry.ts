/** A registry that is asked by DNS, with a few who can be found, and one service that is too many for a datagram. */
import { onTestFinished } from 'vitest';
import { systemClock } from 'rollcall/parts';
import { idleRegistry } from '../../test/support/idle-registry.js';

const MANY = 60;

/** `host:port` of its DNS door. */
export async function startDnsRegistry(): Promise<string> {
  const registry = await idleRegistry({ dns: { port: 0, isWished: true } }, { clock: systemClock });
  onTestFinished(() => registry.stop());
  const register = async (fields: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ port: 8080, ttl: 'none', ...fields });
    await fetch(`http://${registry.doors['http']}/register`, { method: 'POST', headers, body });
  };
  await register({ service: 'payments', id: 'p1', host: '10.0.0.1' });
  await register({ service: 'payments', id: 'p2', host: '10.0.0.2' });
  await register({ service: 'payments', id: 'p3', host: 'fd00::3' });
  for (let at = 0; at < MANY; at++) await register({ service: 'many', id: `m${at}`, host: `10.0.1.${at}` });
  return registry.doors['dns'] ?? '';
}
