/** `grpc.health.v1.Health/Check`: one call on a connection of its own. The messages are so small that they are written here. */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { GrpcSpec } from '@rollcall/core';
import { ProtoReader, ProtoWriter } from '@rollcall/wire';
import { critical, failing, passing, type Found, type Probe } from '../found.js';

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS } = constants;

/** HealthCheckResponse.ServingStatus. */
const servingStatuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const SERVING = 1;

/** The two that operators meet; the others say themselves in `grpc-message`. */
const codes: Readonly<Record<string, string>> = { '5': 'it does not know that service', '12': 'it has no health service' };

/** Flag and length before each message. */
const PREFIX_BYTES = 5;

/** An answer is two bytes; who sends more is something else. */
const ANSWER_BYTES_MAX = 1_024;

export const probeGrpc: Probe<GrpcSpec> = async (spec, surroundings) => {
  const { host, port, tls, service } = spec;
  const what = `gRPC ${host}:${port}${service === '' ? '' : `/${service}`}`;
  const { signal } = surroundings;
  try {
    const socket = await surroundings.route.connect(host, port, tls && { ...tls, alpn: ['h2'] }, signal);
    const session = connect(`${tls === null ? 'http' : 'https'}://${authorityOf(host, port)}`, { createConnection: () => socket });
    const abort = (): void => session.destroy(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await check(session, service, what);
    } finally {
      signal.removeEventListener('abort', abort);
      session.destroy();
      socket.destroy();
    }
  } catch (error) {
    return failing(what, error, surroundings);
  }
};

function authorityOf(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function check(session: ClientHttp2Session, service: string, what: string): Promise<Found> {
  const broken = new Promise<never>((_resolve, reject) => {
    session.once('error', reject);
    session.once('close', () => reject(new Error('the connection was closed')));
  });
  // Whoever waits for it hears of it; afterwards nobody does.
  broken.catch(() => undefined);
  const stream = session.request({
    [HTTP2_HEADER_METHOD]: 'POST',
    [HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    'te': 'trailers',
    'user-agent': 'Rollcall',
  });
  stream.end(framed(requestFor(service)));
  return judge(what, await Promise.race([answerOf(stream), broken]));
}

interface Answer {
  readonly httpStatus: number;
  readonly code: string | undefined;
  readonly message: string;
  readonly body: Buffer;
}

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let httpStatus = 0;
    let last: Readonly<Record<string, unknown>> = {};
    let body = Buffer.alloc(0);
    stream.on('response', (headers) => {
      httpStatus = Number(headers[HTTP2_HEADER_STATUS]);
      last = headers;
    });
    stream.on('trailers', (trailers: Readonly<Record<string, unknown>>) => {
      last = trailers;
    });
    stream.on('data', (chunk: Buffer) => {
      body = Buffer.concat([body, chunk]);
      if (body.length > ANSWER_BYTES_MAX) stream.destroy(new Error('the answer is too long for one of a health service'));
    });
    stream.on('error', reject);
    stream.on('close', () => {
      const { 'grpc-status': code, 'grpc-message': message } = last;
      resolve({ httpStatus, code: asText(code), message: asText(message) ?? '', body });
    });
  });
}

function asText(header: unknown): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function judge(what: string, { httpStatus, code, message, body }: Answer): Found {
  if (httpStatus !== 0 && httpStatus !== 200) return critical(`${what}: HTTP status ${httpStatus}`);
  if (code === undefined) return critical(`${what}: the call was broken off`);
  if (code !== '0') return critical(`${what}: ${codes[code] ?? `status ${code}`}${message === '' ? '' : ` (${message})`}`);
  const status = statusIn(body);
  const word = servingStatuses[status] ?? String(status);
  return status === SERVING ? passing(`${what}: ${word}`) : critical(`${what}: ${word}`);
}

/** HealthCheckRequest: one text. */
function requestFor(service: string): Uint8Array {
  const writer = new ProtoWriter();
  writer.text(1, service);
  return writer.finish();
}

function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** HealthCheckResponse: one number, and 0 where it is left out. */
function statusIn(body: Buffer): number {
  const reader = new ProtoReader(body.subarray(PREFIX_BYTES));
  let status = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) status = reader.number();
    else reader.skip();
  }
  return status;
}
