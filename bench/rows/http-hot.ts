/** The native API's two most frequent calls, against a bare program on node:http. */
import { HOT_CONNECTIONS, measureHotCalls } from '../support/hot-calls.js';
import { requestOf } from '../support/http-client.js';
import type { Benchmark } from '../support/row.js';

const TARGET = 0.9;
/** Six of them are an answer of two kilobytes. */
const INSTANCES = 6;

export const httpHot: Benchmark = {
  name: 'http/hot',
  run: (context) =>
    measureHotCalls(
      {
        work: {
          read: `hot discovery reads of 2 KB, ${HOT_CONNECTIONS} connections`,
          beat: `heartbeats, one a request, ${HOT_CONNECTIONS} connections`,
        },
        targets: { read: TARGET, beat: TARGET },
        readPath: '/services/payments/instances',
        beatPath: '/heartbeat/beating-',
        async populate(connection, beating) {
          const register = (fields: object): Promise<number> =>
            connection.send(requestOf('POST', '/register', JSON.stringify({ ...fields, ttl: '1h' })));
          for (let at = 0; at < INSTANCES; at++)
            await register({ service: 'payments', host: `10.0.0.${at}`, port: 8080, tags: ['v1', 'blue'], zone: 'a', version: '1.2.3' });
          for (let at = 0; at < beating; at++) await register({ service: `service-${at % 50}`, id: `beating-${at}`, host: '10.0.1.1' });
        },
      },
      context,
    ),
};
