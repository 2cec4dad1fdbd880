/**
 * A datagram is sent. An answer is a sign of life; silence is none of death, for most who listen have nothing to say to
 * strangers. Only a refusal is: the machine is there, and says that nobody listens.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { UdpSpec } from '@rollcall/core';
import { critical, failing, passing, type Found, type Probe } from '../found.js';

export const probeUdp: Probe<UdpSpec> = async ({ host, port, send, contains }, surroundings) => {
  const what = `UDP ${host}:${port}`;
  try {
    const [address = host] = await surroundings.route.addresses(host);
    return await exchange({ address, port, send, contains, what }, surroundings.signal);
  } catch (error) {
    return failing(what, error, surroundings);
  }
};

interface Exchange extends Pick<UdpSpec, 'port' | 'send' | 'contains'> {
  readonly address: string;
  readonly what: string;
}

/** Rejects with a refusal, and where an answer was needed and none came. */
function exchange({ address, port, send, contains, what }: Exchange, signal: AbortSignal): Promise<Found> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  return new Promise<Found>((resolve, reject) => {
    const over = (): void => {
      if (contains === null) resolve({ ...passing(`${what}: nobody refused`), evidence: 'none' });
      else reject(new Error('no answer'));
    };
    if (signal.aborted) return reject(new Error('aborted'));
    signal.addEventListener('abort', over, { once: true });
    socket.on('error', reject);
    socket.on('message', (message) => {
      const text = message.toString();
      if (contains === null || text.includes(contains)) resolve(passing(`${what}: ${text}`));
      else resolve(critical(`${what}: ${JSON.stringify(contains)} is not in the answer ${JSON.stringify(text)}`));
    });
    // Connected: then a refusal comes back as an error, and nobody else's answer counts.
    socket.connect(port, address, () => socket.send(send));
  }).finally(() => socket.close());
}
