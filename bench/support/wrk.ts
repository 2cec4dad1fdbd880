/** wrk: a client in C that is not what holds a server back. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpuTimeMs } from './cpu-time.js';
import { CLIENT_CORE, pinnedCommand } from './pinned.js';

export interface WrkResult {
  readonly perSecond: number;
  /** The server's. */
  readonly usPerRequest: number;
}

export interface WrkLoad {
  readonly program: string;
  readonly connections: number;
  readonly seconds: number;
  /** A Lua script that says what is asked, if it is more than the address. */
  readonly script?: string;
}

/** Throws if anything but 2xx was answered. */
export async function runWrk({ program, connections, seconds, script }: WrkLoad, url: string, serverPid: number): Promise<WrkResult> {
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, ...(script === undefined ? [] : ['-s', script])];
  const [command = program, ...args] = pinnedCommand(CLIENT_CORE, [program, ...options, url]);
  const beforeMs = cpuTimeMs(serverPid);
  const { stdout } = await promisify(execFile)(command, args);
  const usedMs = cpuTimeMs(serverPid) - beforeMs;
  // A timeout says that the machine stood still, and is in the rate already.
  const refused = /Non-2xx.*|Socket errors: connect \d+, read \d+, write \d+/.exec(stdout)?.[0] ?? '';
  if (/[1-9]/.test(refused)) throw new Error(`wrk was refused: ${refused}`);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1] ?? NaN);
  return { perSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1] ?? NaN), usPerRequest: (usedMs * 1000) / requests };
}

/** Goes round these paths. */
export async function writePutScript(directory: string, prefix: string, count: number): Promise<string> {
  const script = join(directory, 'put.lua');
  const lines = [
    'local at = 0',
    'local requests = {}',
    `for i = 0, ${count - 1} do requests[i] = false end`,
    'request = function()',
    `  at = (at + 1) % ${count}`,
    `  if not requests[at] then requests[at] = wrk.format("PUT", "${prefix}" .. at) end`,
    '  return requests[at]',
    'end',
  ];
  await writeFile(script, lines.join('\n'));
  return script;
}
