/** A Fastify plugin: the service is in the registry while it listens, beats meanwhile, and leaves before it closes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryClient, isRegistryProblem } from '@rollcall/client';

/**
 * `options`: `service`, and `url` of the registry; the `host` by which others reach it, if it is not the address that it listens on
 * (nobody is at 0.0.0.0); `beatEveryMs` and the `ttl` of a beat where the usual ones will not do.
 */
export async function rollcallPlugin(app, { service, url, host, beatEveryMs = 10_000, ttl = '30s' }) {
  const registry = new RegistryClient({ url });
  const leaving = new AbortController();
  let id = null;
  let beating = Promise.resolve();

  async function beat() {
    try {
      if (id === null) return await register();
      await registry.heartbeat(id, { service });
    } catch (error) {
      // A verdict: the registry does not know us (any more).
      if (isRegistryProblem(error, 'not-found')) return register();
      app.log.warn({ reason: error.message }, 'the registry did not take a beat');
    }
  }

  async function register() {
    const [{ address, port }] = app.addresses();
    const { instance } = await registry.register({ service, host: host ?? address, port, ttl });
    ({ id } = instance);
  }

  async function beatUntilLeaving() {
    while (!leaving.signal.aborted) {
      await beat().catch((error) => app.log.warn({ reason: error.message }, 'not registered'));
      await sleep(beatEveryMs, undefined, { signal: leaving.signal }).catch(() => undefined);
    }
  }

  app.addHook('onListen', () => {
    beating = beatUntilLeaving();
  });
  // Before Fastify shuts its door: whoever asks the registry from now on is not sent here any more.
  app.addHook('preClose', async () => {
    leaving.abort();
    await beating;
    if (id !== null) await registry.deregister(id, { service }).catch(() => undefined);
    await registry.close();
  });
}

// The hooks are meant for the whole app, not for a scope of the plugin's own.
rollcallPlugin[Symbol.for('skip-override')] = true;
