/**
 * Makes a checkout ready to run: installs what is not installed, builds what is not built, and is silent and
 * quick where nothing is missing. `npm start` and `npm test` begin with it, so a fresh clone needs no other
 * command. Plain JavaScript without dependencies, because it runs before anything is there.
 *
 *     node scripts/ensure.mjs             install and build
 *     node scripts/ensure.mjs installed   install only
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MIN = { major: 20, minor: 19 };
const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** As old as the last build that succeeded. The compiler's own records won't do: it writes them after a failure too. */
const builtMark = join(root, 'node_modules/.cache/rollcall-built');

requireNode();
ensureInstalled();
if (process.argv[2] !== 'installed') ensureBuilt();

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN.major || (major === NODE_MIN.major && minor >= NODE_MIN.minor)) return;
  fail(`needs Node ${NODE_MIN.major}.${NODE_MIN.minor} or newer; this is ${process.versions.node} (${process.execPath}).`);
}

function ensureInstalled() {
  // npm writes its own copy of the lock last, so an installation that was interrupted has none.
  if (modifiedMs(join(root, 'package-lock.json')) <= modifiedMs(join(root, 'node_modules/.package-lock.json'))) return;
  say('installing dependencies…');
  // The compiler is a development dependency: NODE_ENV=production must not leave it out.
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], 'could not install; `npm ci` shows more.');
}

function ensureBuilt() {
  const packages = packageFolders();
  const sourcesMs = Math.max(modifiedMs(join(root, 'tsconfig.base.json')), ...packages.map(newestSourceMs));
  if (sourcesMs <= modifiedMs(builtMark) && packages.every((folder) => existsSync(join(folder, 'dist')))) return;
  say('building…');
  const begun = new Date();
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  run(process.execPath, [tsc, '-b', ...packages], 'could not build; the compiler says why above.');
  // Marked as of `begun`, so that what was saved meanwhile counts as newer.
  mkdirSync(dirname(builtMark), { recursive: true });
  writeFileSync(builtMark, '');
  utimesSync(builtMark, begun, begun);
}

function packageFolders() {
  const packages = join(root, 'packages');
  return readdirSync(packages)
    .map((name) => join(packages, name))
    .filter((folder) => existsSync(join(folder, 'tsconfig.json')));
}

function newestSourceMs(folder) {
  return Math.max(...['package.json', 'tsconfig.json'].map((name) => modifiedMs(join(folder, name))), newestBelowMs(join(folder, 'src')));
}

/** Folders count too: theirs is the time that moves when a file is deleted. */
function newestBelowMs(folder) {
  let newestMs = modifiedMs(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newestMs = Math.max(newestMs, newestBelowMs(path));
    else if (!entry.name.endsWith('.test.ts')) newestMs = Math.max(newestMs, modifiedMs(path));
  }
  return newestMs;
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}

/** Everything that is said goes to stderr: the first line on stdout is the registry's. */
function run(command, args, complaint) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status !== 0) fail(complaint);
}

function say(message) {
  process.stderr.write(`rollcall: ${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}
