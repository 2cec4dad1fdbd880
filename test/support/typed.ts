/** Types in what a page shows, as a reader would: shell lines into a shell, programs into a file of their own. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository.js';
import type { Example } from './snippets.js';

export interface Page {
  /** `http://127.0.0.1:41234`, instead of the one that the page names. */
  readonly registry: string;
  /** `127.0.0.1:45678`, instead of the port that the page asks by DNS; `null` where it asks none. */
  readonly dns: string | null;
  /** Where its shell stands. */
  readonly directory: string;
}

/** Where examples ask by DNS: `dig @localhost -p 8600`. */
export const DNS_PORT = '8600';

/** Long enough for a stream to show what the page shows of it. */
const STREAM_MS = 1_500;
const EXAMPLE_MS_MAX = 25_000;

const rollcall = join(repositoryRoot, 'packages/server/bin/rollcall.js');

/**
 * curl as an example uses it, but quiet, and failing where the registry refuses; and our own program as it is installed. The
 * first failure ends an example.
 */
const prelude = `set -euo pipefail
curl() { command curl --silent --show-error --fail-with-body "$@"; }
rollcall() { node ${JSON.stringify(rollcall)} "$@"; }
npx() { [ "$1" = rollcall ] && "$@"; }`;

/** What it printed; and what it complained about, if it failed. A stream (`curl -N`) has no end: what it said until then counts. */
export function typed(example: Example, page: Page, key: string): Promise<{ readonly output: string; readonly complaint: string }> {
  const dnsPort = page.dns?.split(':').at(-1) ?? DNS_PORT;
  const script = example.script
    .replaceAll(/\b(localhost|127\.0\.0\.1):8500\b/g, new URL(page.registry).host)
    .replaceAll(`-p ${DNS_PORT}`, `-p ${dnsPort}`);
  const streams = example.language === 'sh' && /curl .*(-N|--no-buffer)\b/.test(script);
  const [command, args] =
    example.language === 'sh'
      ? ['bash', ['-c', `${prelude}\n${script}`]]
      : [process.execPath, ['--conditions=@rollcall/source', '--import', 'tsx', programFile(example, key, script)]];
  const cwd = example.language === 'sh' ? page.directory : repositoryRoot;
  const { FORCE_COLOR: _colours, ...inherited } = process.env;
  const env = { ...inherited, ROLLCALL_URL: page.registry, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, timeout: streams ? STREAM_MS : EXAMPLE_MS_MAX }, (error, output, stderr) => {
      resolve({ output, complaint: error === null || streams ? '' : stderr || error.message });
    });
  });
}

const programs = join(repositoryRoot, 'node_modules/.cache/rollcall-snippets');

/** Below node_modules, where our packages are found by their names. */
function programFile({ language }: Example, key: string, script: string): string {
  mkdirSync(programs, { recursive: true });
  const path = join(programs, `${key}.m${language}`);
  writeFileSync(path, script);
  return path;
}

/** What the program says of a file of options; empty if it understands it. */
export function settingsComplaints(yaml: string): string {
  mkdirSync(programs, { recursive: true });
  const file = join(programs, 'settings.yaml');
  writeFileSync(file, yaml);
  const { status, stderr } = spawnSync(process.execPath, [rollcall, 'serve', '--config', file, '--print-config'], { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

/** What the compiler says of these programs; empty if they are sound. */
export function typeComplaints(examples: ReadonlyMap<string, Example>): string {
  rmSync(programs, { recursive: true, force: true });
  const files = [...examples].map(([key, example]) => programFile(example, key, example.script));
  const compilerOptions = { noEmit: true, composite: false, isolatedDeclarations: false, types: ['node'], noUnusedLocals: false };
  const config = join(programs, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ extends: join(repositoryRoot, 'tsconfig.base.json'), compilerOptions, files }));
  const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', config], { cwd: repositoryRoot, encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}
