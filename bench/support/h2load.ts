/** The same puts, sent by h2load: a client in C, to know whether ours is what holds etcd back. It has one body, so one key. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PUT_PATH } from './grpc.js';
import { VALUE_BYTES, type Load, type LoadResult } from './load.js';
import { encodePutRequest, framed } from './put-messages.js';
import type { BenchmarkContext } from './row.js';

/** Where it is best for whoever is asked: what comes together is read together. */
const CONNECTIONS = 8;

export async function h2loadPuts(
  program: string,
  port: number,
  { writers, warmUpMs, durationMs }: Load,
  context: BenchmarkContext,
  connections: number = CONNECTIONS,
): Promise<LoadResult> {
  const body = join(context.directory, 'put-request');
  await writeFile(body, framed(encodePutRequest(Buffer.from('bench/00/0000'), randomBytes(VALUE_BYTES))));
  const { stdout } = await promisify(execFile)(program, [
    `-c${connections}`,
    `-m${writers / connections}`,
    `-D${durationMs}ms`,
    `--warm-up-time=${warmUpMs}ms`,
    `-d${body}`,
    '-Hcontent-type: application/grpc',
    '-Hte: trailers',
    `http://127.0.0.1:${port}${PUT_PATH}`,
  ]);
  const counted = Number(/(\d+) succeeded/.exec(stdout)?.[1] ?? NaN);
  const perSecond = counted / (durationMs / 1000);
  // It says nothing of its warm-up, nor of percentiles.
  return { puts: counted + (perSecond * warmUpMs) / 1000, perSecond, p50Ms: NaN, p99Ms: NaN };
}
