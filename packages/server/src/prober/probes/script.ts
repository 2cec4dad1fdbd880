/**
 * A program of the operator's: exit code 0 is passing, 1 a warning, everything else critical. No shell, and nothing of our
 * environment beyond what programs need; what it started ends with it, at the latest when its time is over.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { ScriptSpec } from '@rollcall/core';
import { nextTurn } from '../../shared/turn.js';
import { critical, failing, OUTPUT_BYTES_MAX, passing, type Found, type Probe } from '../found.js';

/** The registry's own secrets may stand in the others. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

export const probeScript: Probe<ScriptSpec> = async ({ command, args }, surroundings) => {
  try {
    return await run(command, args, surroundings.signal);
  } catch (error) {
    return failing(command, error, surroundings);
  }
};

function run(command: string, args: readonly string[], signal: AbortSignal): Promise<Found> {
  const environment: NodeJS.ProcessEnv = {};
  for (const name of INHERITED) if (process.env[name] !== undefined) environment[name] = process.env[name];
  // A group of its own, so that it can be ended with all that it started.
  const child = spawn(command, [...args], { detached: true, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = outputOf(child);
  return new Promise<Found>((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    child.once('error', reject);
    // Not 'close': who went on in the background may hold the pipes open for ever.
    child.once('exit', (code, killedBy) => {
      signal.removeEventListener('abort', abort);
      // What it said last may come after the word that it has ended.
      void nextTurn().then(() => resolve(foundBy(command, code, killedBy, output())));
    });
  }).finally(() => {
    endGroup(child);
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
}

function foundBy(command: string, code: number | null, killedBy: string | null, output: string): Found {
  const said = output === '' ? '' : `: ${output}`;
  if (code === 0) return passing(output === '' ? `${command}: exit code 0` : output);
  if (code === 1) return { ...passing(`exit code 1${said}`), finding: 'warning' };
  return critical(`${killedBy === null ? `exit code ${code}` : `ended by ${killedBy}`}${said}`);
}

/** What both say, in the order in which it came, up to what is kept. The rest is read and thrown away: a full pipe would stop it. */
function outputOf({ stdout, stderr }: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      if (length < OUTPUT_BYTES_MAX) chunks.push(chunk.subarray(0, OUTPUT_BYTES_MAX - length));
      length += chunk.length;
    });
    stream?.on('error', () => undefined);
  }
  return () => Buffer.concat(chunks).toString().trim();
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left of it.
  }
}
