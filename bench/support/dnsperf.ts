/** dnsperf: a client in C that asks as fast as it is answered. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cpuTimeMs } from './cpu-time.js';
import { CLIENT_CORE, pinnedCommand } from './pinned.js';

export interface DnsLoad {
  readonly program: string;
  /** A file of names and types. */
  readonly questions: string;
  readonly seconds: number;
}

export interface DnsResult {
  readonly perSecond: number;
  /** The server's. */
  readonly usPerQuestion: number;
  readonly meanMs: number;
}

/** Questions under way: enough to keep a server busy, too few to overflow what the system keeps for it. */
const UNDER_WAY = 200;
const CLIENTS = 8;

/** Throws if more than a few questions were never answered. */
export async function runDnsperf({ program, questions, seconds }: DnsLoad, port: number, serverPid: number): Promise<DnsResult> {
  // With EDNS, as every resolver asks.
  const options = [
    '-e',
    '-s',
    '127.0.0.1',
    '-p',
    `${port}`,
    '-d',
    questions,
    '-c',
    `${CLIENTS}`,
    '-T',
    '1',
    '-q',
    `${UNDER_WAY}`,
    '-l',
    `${seconds}`,
  ];
  const [command = program, ...args] = pinnedCommand(CLIENT_CORE, [program, ...options]);
  const beforeMs = cpuTimeMs(serverPid);
  const { stdout } = await promisify(execFile)(command, args);
  const usedMs = cpuTimeMs(serverPid) - beforeMs;
  const figure = (words: RegExp): number => Number(words.exec(stdout)?.[1] ?? NaN);
  const [completed, lost] = [figure(/Queries completed:\s+(\d+)/), figure(/Queries lost:\s+(\d+)/)];
  if (!(lost <= completed / 1000)) throw new Error(`dnsperf lost ${lost} of ${completed} questions`);
  return {
    perSecond: figure(/Queries per second:\s+([\d.]+)/),
    usPerQuestion: (usedMs * 1000) / completed,
    meanMs: figure(/Average Latency \(s\):\s+([\d.]+)/) * 1000,
  };
}
