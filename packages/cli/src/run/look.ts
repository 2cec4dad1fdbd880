/** One look at the program: does it take a connection, and what does it answer? Always an answer, in bounded time. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import type { Clock } from '@rollcall/core';
import type { CheckTarget } from './check-target.js';
import type { Verdict } from './state.js';

export interface Look {
  /** `null`: at the port alone. */
  readonly target: CheckTarget | null;
  /** Where the program may listen, the place that callers know first. */
  readonly hosts: readonly string[];
  readonly port: number | null;
  readonly timeoutMs: number;
}

/** As much of an answer's body as is looked at. */
const BODY_CHARACTERS_MAX = 1000;
/** As much of what is wrong as is repeated to people. */
const OUTPUT_CHARACTERS_MAX = 300;
/** Consul's convention: the program takes requests, and wants fewer. */
const TOO_MANY_REQUESTS = 429;

const passing: Verdict = { health: 'passing', output: '' };
const critical = (output: string): Verdict => ({ health: 'critical', output: shown(output) });

/** Never rejects. */
export async function lookAt({ target, hosts, port, timeoutMs }: Look, clock: Clock): Promise<Verdict> {
  const giveUp = new AbortController();
  const cancel = clock.after(timeoutMs, () => giveUp.abort());
  try {
    if (target?.type === 'url') return await ask(new URL(target.url), giveUp.signal);
    const host = await whoAnswers(hosts, (target?.type === 'tcp' ? target.port : null) ?? port ?? 0, giveUp.signal);
    if (target?.type !== 'path') return passing;
    const url = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
    return await ask(new URL(target.path, url), giveUp.signal);
  } catch (error) {
    return critical(giveUp.signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error));
  } finally {
    cancel();
    giveUp.abort();
  }
}

/** Can it be connected to there? Never rejects. */
export async function isReachable(host: string, port: number, timeoutMs: number, clock: Clock): Promise<boolean> {
  return (await lookAt({ target: null, hosts: [host], port, timeoutMs }, clock)).health === 'passing';
}

/** Whichever of the hosts takes a connection first. All are tried at once: a packet that vanishes holds up nobody. */
function whoAnswers(hosts: readonly string[], port: number, signal: AbortSignal): Promise<string> {
  return Promise.any(hosts.map((host) => connects(host, port, signal).then(() => host)));
}

function connects(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

function ask(url: URL, signal: AbortSignal): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    // A connection of its own each time: whether it takes new ones is what callers want to know.
    const asked = request(url, { agent: false, signal, headers: { 'user-agent': 'rollcall-run' } }, (answer) => {
      answer.once('error', reject);
      // Whoever is well need not say more; some never stop talking.
      if (isFine(answer.statusCode)) resolve(passing);
      let body = '';
      answer.setEncoding('utf8').on('data', (part: string) => (body += part.slice(0, BODY_CHARACTERS_MAX - body.length)));
      answer.once('end', () => resolve(complaintOf(url, answer.statusCode ?? 0, body)));
    });
    asked.once('error', reject).end();
  });
}

function isFine(status = 0): boolean {
  return status >= 200 && status < 300;
}

function complaintOf({ href }: URL, status: number, body: string): Verdict {
  const output = shown(`${href} answered ${status}${body.trim() === '' ? '' : `: ${body}`}`);
  return { health: status === TOO_MANY_REQUESTS ? 'warning' : 'critical', output };
}

/** A line, of whole characters: half of one, where a body was cut, would be refused by the registry. */
function shown(text: string): string {
  const line = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cs}/gu, '')
    .trim();
  return Array.from(line).slice(0, OUTPUT_CHARACTERS_MAX).join('');
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'nobody listens there';
  return message;
}
