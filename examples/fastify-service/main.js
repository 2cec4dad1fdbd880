/** Runs the service until it is asked to stop. */
import { paymentsApp } from './payments.js';

const app = paymentsApp({ logger: true, url: process.env.ROLLCALL_URL ?? 'http://localhost:8500' });
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => app.close());
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 0) });
