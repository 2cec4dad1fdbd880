/** A Fastify plugin: the service is in the registry while it listens, and leaves before it closes. */
import { connect } from '@rollcall/client';

/**
 * `options`: `service`, and `url` of the registry; the `host` by which others reach it, if it is not the address that it listens on
 * (nobody is at 0.0.0.0); and the `ttl` of a beat where the usual one will not do.
 */
export async function rollcallPlugin(app, { service, url, host, ttl = '30s' }) {
  const registry = connect({ url });
  registry.on('trouble', ({ doing, error }) => app.log.warn({ reason: error.message }, `the registry: ${doing}`));

  app.addHook('onListen', async () => {
    const [{ address, port }] = app.addresses();
    // Whether the registry can be reached at the moment or not: the app serves meanwhile.
    await registry.register({ service, host: host ?? address, port, ttl }, { start: 'background' });
  });
  // Before Fastify shuts its door: whoever asks the registry from now on is not sent here any more. What was registered is deregistered.
  app.addHook('preClose', () => registry.close());
}

// The hooks are meant for the whole app, not for a scope of the plugin's own.
rollcallPlugin[Symbol.for('skip-override')] = true;
