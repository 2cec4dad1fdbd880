/** A port is open: somebody takes the connection, and with TLS shows a certificate that is believed. */
import type { TcpSpec } from '@rollcall/core';
import { failing, isRefusal, passing, type Probe } from '../found.js';

export const probeTcp: Probe<TcpSpec> = async ({ host, port, tls, refusedOnly }, surroundings) => {
  const what = `${tls === null ? 'TCP' : 'TLS'} ${host}:${port}`;
  try {
    const socket = await surroundings.route.connect(host, port, tls, surroundings.signal);
    // What happens to it now is nobody's business; there is nothing to be said that a reset would not say quicker.
    socket.on('error', () => undefined);
    // A socket of TLS cannot be reset, and throws.
    if (tls === null) socket.resetAndDestroy();
    else socket.destroy();
    return passing(`${what}: connected`);
  } catch (error) {
    const found = failing(what, error, surroundings);
    return refusedOnly && !isRefusal(error) ? { ...found, finding: 'passing', evidence: 'none', unheard: true } : found;
  }
};
