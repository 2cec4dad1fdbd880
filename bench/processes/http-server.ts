/**
 * A registry, or a bare program on node:http that answers the same bytes, in a process of its own. Both are measured by the
 * same means, so that what is left between them is ours.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { COMMIT_OPERATIONS_MAX } from '@rollcall/core';
import { serveOptions, runRegistry, systemClock, systemRandom, type ServeOptions } from 'rollcall/parts';
import { answerQuestions } from '../support/child.js';
import { openStore } from '../support/engine.js';
import { usedBytes } from '../support/heap.js';

export interface BareAnswers {
  /** Names and values in turns. */
  readonly headers: readonly string[];
  readonly body: string;
}

export type HttpServerQuestion =
  | { readonly registry: string }
  | { readonly bare: BareAnswers }
  /** A bare program that reads each body as JSON before it answers. */
  | { readonly reading: BareAnswers }
  /** The same, which also makes what it read durable: in a store of ours, in this directory. */
  | { readonly keeping: BareAnswers; readonly directory: string }
  /** A bare program that answers only whoever has index 0, and everybody else when something is put. */
  | { readonly polling: BareAnswers }
  /** What the bare program writes to everybody who watches, when it is asked to tell. */
  | { readonly event: string }
  | { readonly measure: 'heap' | 'resident' | 'block' };
/** A port, bytes, or milliseconds since the last time that this was asked. */
export type HttpServerAnswer = number;

const log = { info: () => undefined, warn: console.error, error: console.error };
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

const watchers = new Set<Socket>();
let frame = Buffer.alloc(0);

answerQuestions(async (question: HttpServerQuestion): Promise<HttpServerAnswer> => {
  if ('registry' in question) return openRegistry(question.registry);
  if ('bare' in question) return openBare(question.bare);
  if ('reading' in question) return openReading(question.reading, async () => undefined);
  if ('keeping' in question) return openReading(question.keeping, await keeperIn(question.directory));
  if ('polling' in question) return openPolling(question.polling);
  if ('event' in question) return setEvent(question.event);
  switch (question.measure) {
    case 'heap':
      return usedBytes();
    case 'resident':
      return process.memoryUsage.rss();
    case 'block':
      return longestBlockMs();
  }
});

async function openRegistry(data: string): Promise<number> {
  const defaults = Object.fromEntries(Object.entries(serveOptions).map(([name, { default: value }]) => [name, value as unknown]));
  const options = { ...(defaults as unknown as ServeOptions), data, http: 0 };
  const registry = await runRegistry(options, { clock: systemClock, random: systemRandom, log, version: '0.0.0' });
  return Number(registry.doors['http']?.split(':').at(-1));
}

/** As little as a program can do that answers these bytes: no routes, no headers read but one. */
async function openBare({ headers, body }: BareAnswers): Promise<number> {
  const bytes = Buffer.from(body);
  const fixed = [...headers];
  const server = createServer({ noDelay: true }, (request, response) => {
    if (request.method === 'PUT') {
      response.writeHead(204).end();
    } else if (request.method === 'POST') {
      for (const socket of watchers) socket.write(frame);
      response.writeHead(204).end();
    } else if (request.headers.accept === 'text/event-stream') {
      beginStream(response);
    } else {
      response.writeHead(200, fixed);
      response.end(bytes);
    }
  });
  return listening(server);
}

/** What node:http itself takes for registrations: nothing is made of what was read, but what `keep` does. */
function openReading({ headers, body }: BareAnswers, keep: (read: object) => Promise<unknown>): Promise<number> {
  const fixed = [...headers];
  const server = createServer({ noDelay: true }, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = (pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)).toString();
      const answer = (): void => {
        response.writeHead(201, fixed);
        response.end(body);
      };
      keep(JSON.parse(text) as object).then(answer, () => response.writeHead(500).end());
    });
  });
  return listening(server);
}

/** Nobody looks at what is written, or at what was there: each registration is a put, as many to a commit as there may be. */
async function keeperIn(directory: string): Promise<(read: object) => Promise<unknown>> {
  const store = await openStore(directory);
  return (read) => {
    const all = 'instances' in read ? (read.instances as readonly Named[]) : [read as Named];
    const puts = all.map((one) => {
      const [key, value] = [Buffer.from(`/bare/${one.service}/${one.id}`), Buffer.from(JSON.stringify(one))];
      return { type: 'put', key, value } as const;
    });
    const commits = Array.from({ length: Math.ceil(puts.length / COMMIT_OPERATIONS_MAX) }, (_, at) =>
      store.commit({ then: puts.slice(at * COMMIT_OPERATIONS_MAX, (at + 1) * COMMIT_OPERATIONS_MAX) }, { given: true }),
    );
    return Promise.all(commits);
  };
}

interface Named {
  readonly service: string;
  readonly id: string;
}

/** As little as a long poll takes: a place among those who wait, and the end of the wait. */
function openPolling({ headers, body }: BareAnswers): Promise<number> {
  const bytes = Buffer.from(body);
  const fixed = [...headers];
  const waiting = new Set<() => void>();
  const server = createServer({ noDelay: true }, (request, response) => {
    const answer = (): void => {
      response.writeHead(200, fixed);
      response.end(bytes);
    };
    if (request.method === 'PUT') {
      const all = [...waiting];
      waiting.clear();
      for (const tell of all) tell();
      return void response.writeHead(200).end();
    }
    if (request.url?.includes('index=0&') === true) return answer();
    const tell = (): void => {
      clearTimeout(timer);
      answer();
    };
    const timer = setTimeout(() => {
      waiting.delete(tell);
      answer();
    }, POLL_MS);
    waiting.add(tell);
    response.on('close', () => {
      clearTimeout(timer);
      waiting.delete(tell);
    });
  });
  return listening(server);
}

/** Longer than anything that is measured. */
const POLL_MS = 600_000;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function beginStream(response: ServerResponse): void {
  response.writeHead(200, ['content-type', 'text/event-stream']);
  response.flushHeaders();
  const { socket } = response;
  if (socket === null) return;
  watchers.add(socket);
  response.on('close', () => watchers.delete(socket));
}

/** Framed once, as chunked transfer wants it. */
function setEvent(event: string): number {
  frame = Buffer.from(`${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`);
  return frame.length;
}

function longestBlockMs(): number {
  const ms = delay.max / 1e6;
  delay.reset();
  return ms;
}
