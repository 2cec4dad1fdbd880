/** What the writers of the HTTP benchmarks ask for: registrations and heartbeats of ours, puts of etcd's JSON gateway. */
import { connectHttp, requestOf } from './http-client.js';
import { VALUE_BYTES, type Put } from './load.js';

/** So many in one bulk call. */
const REGISTRATIONS_PER_CALL = 100;
const HEARTBEATS_PER_CALL = 1_000;
/** Registered before they beat. */
const BEATING = 10_000;

export type HttpWork = 'registrations' | 'bulk registrations' | 'heartbeats' | 'bulk heartbeats' | 'gateway puts';

/** How many of what is counted one call does. */
export const perCall: Readonly<Record<HttpWork, number>> = {
  'registrations': 1,
  'bulk registrations': REGISTRATIONS_PER_CALL,
  'heartbeats': 1,
  'bulk heartbeats': HEARTBEATS_PER_CALL,
  'gateway puts': 1,
};

/** A connection for each writer. The key says what is written; the value only how much. */
export async function openHttpWork(work: HttpWork, port: number, writers: number): Promise<{ put: Put; close: () => void }> {
  const connections = await Promise.all(Array.from({ length: writers }, () => connectHttp(port)));
  if (work === 'bulk heartbeats' || work === 'heartbeats') {
    for (let from = 0; from < BEATING; from += REGISTRATIONS_PER_CALL)
      await connections[0]?.send(bulkRegistration(beatingIds(from, REGISTRATIONS_PER_CALL)));
  }
  let turn = 0;
  return {
    put: (key, value, writer) => {
      const request = requestFor(work, key, value, ++turn);
      return connections[writer]?.send(request) ?? Promise.reject(new Error('no such writer'));
    },
    close: () => connections.forEach((connection) => connection.close()),
  };
}

function requestFor(work: HttpWork, key: Buffer, value: Buffer, turn: number): Buffer {
  switch (work) {
    case 'registrations':
      return requestOf('POST', '/register', registration(key.toString(), turn));
    case 'bulk registrations':
      return bulkRegistration(
        Array.from({ length: REGISTRATIONS_PER_CALL }, (_, at) => `${key.toString()}/${at}`),
        turn,
      );
    case 'heartbeats':
      return requestOf('PUT', `/heartbeat/beating-${turn % BEATING}`, '');
    case 'bulk heartbeats':
      return requestOf(
        'PUT',
        '/heartbeats',
        JSON.stringify({ ids: beatingIds((turn * HEARTBEATS_PER_CALL) % BEATING, HEARTBEATS_PER_CALL) }),
      );
    case 'gateway puts':
      return requestOf('POST', '/v3/kv/put', JSON.stringify({ key: key.toString('base64'), value: value.toString('base64') }));
  }
}

/** Ten instances to a service, more or less, as fleets have them. */
function serviceOf(id: string): string {
  return `service-${id.replaceAll(/[^\w]|\d$/g, '')}`;
}

/** As long as the values that etcd is given, and never the same twice: the same registration again would write nothing. */
function registration(id: string, turn: number): string {
  const fields = { service: serviceOf(id), id, host: '10.0.0.5', port: 8080, ttl: 'none', metadata: { turn: String(turn), filling: '' } };
  const short = VALUE_BYTES - JSON.stringify(fields).length;
  return JSON.stringify({ ...fields, metadata: { ...fields.metadata, filling: 'x'.repeat(Math.max(0, short)) } });
}

function bulkRegistration(ids: readonly string[], turn = 0): Buffer {
  return requestOf('POST', '/register/bulk', `{"instances":[${ids.map((id) => registration(id, turn)).join(',')}]}`);
}

function beatingIds(from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `beating-${from + at}`);
}
