/**
 * A page answers as it should. Each question has a connection of its own: one that is kept would find the process healthy that
 * took it long ago, while nobody gets in any more. Redirects are not followed: they lead away from what was agreed on.
 */
import { request, STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpSpec } from '@rollcall/core';
import { critical, failing, passing, type Found, type Probe } from '../found.js';

const AGENT = 'Rollcall';

/** What has to stand in the answer has to stand near its beginning; the rest is not read, however long it is. */
const BODY_BYTES_MAX = 64 * 1024;

const TOO_MANY_REQUESTS = 429;

export const probeHttp: Probe<HttpSpec> = async (spec, surroundings) => {
  const what = whatOf(spec);
  const { host, port, tls } = spec;
  try {
    const socket = await surroundings.route.connect(host, port, tls && { ...tls, alpn: ['http/1.1'] }, surroundings.signal);
    try {
      const answer = await ask(spec, socket, surroundings.signal);
      return await judge(what, spec, answer, surroundings.signal);
    } finally {
      socket.destroy();
    }
  } catch (error) {
    return failing(what, error, surroundings);
  }
};

/** Without what stands behind the question mark, which may be a secret. */
function whatOf({ tls, method, host, port, path }: HttpSpec): string {
  const shown = path.replace(/\?.*$/s, '?…');
  return `HTTP ${method} ${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}${shown}`;
}

function ask({ host, port, method, path, headers, body }: HttpSpec, socket: Socket, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host,
      port,
      method,
      path,
      headers: {
        'user-agent': AGENT,
        'accept': '*/*',
        ...(body === null ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
      createConnection: () => socket,
      signal,
    });
    // Also what comes after the answer: then nobody waits for it any more.
    asked.on('error', reject);
    asked.on('response', resolve);
    // Of others than that it was asked for: it does not speak HTTP as agreed.
    asked.on('upgrade', () => reject(new Error('it wants to speak another protocol')));
    asked.end(body ?? undefined);
  });
}

async function judge(what: string, { statuses, contains }: HttpSpec, answer: IncomingMessage, signal: AbortSignal): Promise<Found> {
  const { statusCode: status = 0 } = answer;
  const said = `${what}: ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  if (!isWanted(status, statuses)) {
    if (statuses.length === 0 && status === TOO_MANY_REQUESTS) return { ...passing(said), finding: 'warning' };
    return critical(status >= 300 && status < 400 ? `${said}, a redirect, which is not followed` : said);
  }
  if (contains === null || (await beginningHas(answer, contains, signal))) return passing(said);
  return critical(`${said}, without ${JSON.stringify(contains)}`);
}

function isWanted(status: number, statuses: HttpSpec['statuses']): boolean {
  return statuses.length === 0 ? status >= 200 && status < 300 : statuses.some(([from, to]) => status >= from && status <= to);
}

async function beginningHas(answer: IncomingMessage, contains: string, signal: AbortSignal): Promise<boolean> {
  let beginning = Buffer.alloc(0);
  const wanted = Buffer.from(contains);
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    beginning = Buffer.concat([beginning, chunk.subarray(0, BODY_BYTES_MAX - beginning.length)]);
    if (beginning.includes(wanted)) return true;
    if (beginning.length === BODY_BYTES_MAX) return false;
  }
  return false;
}
