/** Programs in Go, compiled for a test from the folder beside it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** It fetches its packages first, and there are many to compile. */
export const COMPILES_WITHIN_MS = 300_000;

export interface GoProgram {
  readonly path: string;
  /** What it prints, as JSON. */
  run(...args: readonly string[]): Promise<unknown>;
  remove(): Promise<void>;
}

export async function compiledGo(folder: string): Promise<GoProgram> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-interop-go-'));
  const path = join(directory, 'program');
  const cwd = fileURLToPath(new URL(folder, import.meta.url));
  // What the linker leaves out is for debuggers; it takes a third of the time.
  await promisify(execFile)('go', ['build', '-ldflags=-s -w', '-o', path, '.'], { cwd, timeout: COMPILES_WITHIN_MS });
  return {
    path,
    async run(...args) {
      const { stdout } = await promisify(execFile)(path, args, { timeout: 60_000 });
      return JSON.parse(stdout) as unknown;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
