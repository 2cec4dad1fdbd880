/** Registers itself with the client, and does nothing else but answer what it is told. */
import { connect } from '@rollcall/client';

const registry = connect({ urls: process.env.REGISTRIES?.split(',') ?? [], inOrder: true });
const registration = await registry.register({ service: 'web', id: 'w', host: '10.0.0.5', port: 80, ttl: '900ms' });
process.on('message', ({ block, health }) => {
  if (health !== undefined) void registration.setHealth(health);
  // A loop that is busy with something else.
  for (const end = performance.now() + (block ?? 0); performance.now() < end;);
});
process.on('disconnect', () => process.exit());
process.send?.('registered');
