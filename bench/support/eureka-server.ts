/** A real Eureka server, as Spring's is published, and the Java clients that are with it in one file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { javaClients } from '../../interop/eureka/fetched.js';
import type { Cleanup } from './cleanup.js';
import { findProgram } from '../../test/support/find-program.js';

/** What is compared with, for a reader's eyes. */
export const realServer =
  'Spring Cloud Netflix 2025.0.0’s server (eureka-core 2.0.4) on the Java that is here, with its own settings but for those named';

const LAST_WORDS_MAX = 1_000;

/** A program that says `ready`, and ends with its input. */
export interface JavaProgram {
  readonly pid: number;
  /** What it said behind that word. */
  readonly ready: string;
  says(line: string): void;
  /** Each line that it says from now on. */
  heard(listener: (line: string) => void): void;
  end(): Promise<void>;
}

/** The file to start with `java -jar`; or why there is none. */
export async function eurekaJar(): Promise<{ readonly jar: string } | { readonly missing: string }> {
  const missing = ['java', 'mvn'].find((name) => findProgram(name) === undefined);
  if (missing !== undefined) return { missing: `${missing} not found` };
  try {
    return { jar: await javaClients() };
  } catch (error) {
    return { missing: `the Eureka server could not be fetched: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** `ready`: its port. Nobody is among its peers. */
export function startEurekaServer(jar: string, cleanup: Cleanup, settings: readonly string[] = []): Promise<JavaProgram> {
  const alone = ['--server.port=0', '--eureka.client.register-with-eureka=false', '--eureka.client.fetch-registry=false'];
  return startJava(['-jar', jar, 'server', ...alone, ...settings], cleanup);
}

/** Spring's `DiscoveryClient`: answers each name that it is told with who is there. */
export function startEurekaClient(jar: string, url: string, cleanup: Cleanup, settings: readonly string[] = []): Promise<JavaProgram> {
  const where = [`--eureka.client.service-url.defaultZone=${url}`, '--eureka.client.register-with-eureka=false'];
  // By Spring's own transport: Netflix's is in the file too, for those who test with it.
  where.push('--eureka.client.jersey.enabled=false');
  // It only listens: what its compiler would gain later is not worth what it costs the others on this machine.
  return startJava(['-XX:TieredStopAtLevel=1', '-jar', jar, ...where, ...settings], cleanup);
}

async function startJava(words: readonly string[], cleanup: Cleanup): Promise<JavaProgram> {
  const child = spawn('java', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const kill = cleanup.add(() => child.kill('SIGKILL'));
  const gone = once(child, 'exit') as Promise<[code: number | null]>;
  const lines = createInterface({ input: child.stdout });
  const listeners = new Set<(line: string) => void>();
  let last = '';
  const ready = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith('ready')) resolve(line.slice('ready'.length).trim());
      last = `${last}\n${line}`.slice(-LAST_WORDS_MAX);
      for (const listener of listeners) listener(line);
    });
  });
  const failed = gone.then(([code]) => Promise.reject(new Error(`java ended with ${code} before it was ready: ${last}`)));
  return {
    pid: child.pid ?? NaN,
    ready: await Promise.race([ready, failed]),
    says: (line) => void child.stdin.write(`${line}\n`),
    heard: (listener) => void listeners.add(listener),
    end: () => endOf(child, kill, gone),
  };
}

async function endOf(child: ChildProcess, kill: () => void, gone: Promise<unknown>): Promise<void> {
  child.stdin?.end();
  kill();
  await gone;
}
