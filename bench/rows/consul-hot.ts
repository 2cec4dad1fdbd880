/** Consul's most frequent question, who passes of a service, and heartbeats as Consul's clients send them, against a bare program on node:http. */
import { HOT_CONNECTIONS, measureHotCalls } from '../support/hot-calls.js';
import { requestOf } from '../support/http-client.js';
import type { Benchmark } from '../support/row.js';

const INSTANCES = 6;

export const consulHot: Benchmark = {
  name: 'consul/hot',
  run: (context) =>
    measureHotCalls(
      {
        work: {
          read: `Consul: hot /v1/health/service?passing, ${HOT_CONNECTIONS} connections`,
          beat: `Consul: TTL checks passed, one a request, ${HOT_CONNECTIONS} connections`,
        },
        targets: { read: 0.85, beat: null },
        readPath: '/v1/health/service/payments?passing',
        beatPath: '/v1/agent/check/pass/service:beating-',
        async populate(connection, beating) {
          const Check = { TTL: '1h', Status: 'passing' };
          const register = (fields: object): Promise<number> =>
            connection.send(requestOf('PUT', '/v1/agent/service/register', JSON.stringify({ ...fields, Check })));
          for (let at = 0; at < INSTANCES; at++)
            await register({ Name: 'payments', ID: `payments-${at}`, Address: `10.0.0.${at}`, Port: 8080, Tags: ['v1', 'blue'] });
          for (let at = 0; at < beating; at++) await register({ Name: `service-${at % 50}`, ID: `beating-${at}`, Address: '10.0.1.1' });
        },
      },
      context,
    ),
};
