/**
 * Packs every public package as `npm publish` would, into a directory: `npm run pack -- DIR`. What is packed is built in a
 * copy of the sources, so that nothing gets in that an earlier build left behind.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const made = new Set(['node_modules', 'dist']);

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('Where to? npm run pack -- DIR');
const destination = resolve(directory);
mkdirSync(destination, { recursive: true });

const copy = mkdtempSync(join(tmpdir(), 'rollcall-pack-'));
try {
  copySources();
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...packages().map(({ folder }) => folder)]);
  for (const { folder, manifest } of packages()) {
    if (manifest.private !== true)
      run('npm', ['pack', `./${folder}`, '--ignore-scripts', '--loglevel=error', '--pack-destination', destination]);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function copySources(): void {
  for (const name of ['package.json', 'tsconfig.base.json']) cpSync(join(root, name), join(copy, name));
  cpSync(join(root, 'packages'), join(copy, 'packages'), { recursive: true, filter: (path) => !made.has(basename(path)) });
  // What others made is taken from the checkout; what is ours, from the copy.
  mkdirSync(join(copy, 'node_modules'));
  const foreign = readdirSync(join(root, 'node_modules')).filter((name) => !name.startsWith('.') && !name.includes('rollcall'));
  for (const name of foreign) symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
  for (const { folder, manifest } of packages()) {
    const link = join(copy, 'node_modules', manifest.name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(copy, folder), link);
  }
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

/** Those that are built: folders are relative to the copy. */
function packages(): readonly { readonly folder: string; readonly manifest: Manifest }[] {
  return readdirSync(join(copy, 'packages')).map((name) => {
    const folder = join('packages', name);
    return { folder, manifest: JSON.parse(readFileSync(join(copy, folder, 'package.json'), 'utf8')) as Manifest };
  });
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: copy, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}
