/** A service on Fastify that others find through the registry. */
import Fastify from 'fastify';
import { rollcallPlugin } from './rollcall-plugin.js';

export function paymentsApp(options = {}) {
  const app = Fastify({ logger: options.logger ?? false });
  app.register(rollcallPlugin, { service: 'payments', ...options });
  app.get('/', async () => ({ paid: true }));
  return app;
}
