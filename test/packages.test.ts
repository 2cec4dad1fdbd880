/** The packages as a stranger gets them: packed, installed into an empty project by npm, started and imported there. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesIn, manifestIn, openPackageShelf, type PackageShelf } from './support/package-shelf.js';
import { describeWith } from './support/program.js';
import { readyDoor } from './support/ready-door.js';
import { ourFiles, repositoryRoot, textOf } from './support/repository.js';

const LONG_MS = 120_000;

/** By the sources, so that a package that is forgotten when packing is missed. */
const names = ourFiles('packages')
  .filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
  .map((path) => JSON.parse(textOf(path)) as { readonly name: string; readonly private?: boolean })
  .filter((manifest) => manifest.private !== true)
  .map(({ name }) => name);

describeWith(['npm', 'tar'], 'the packages', () => {
  let directory: string;
  let project: string;
  let shelf: PackageShelf;
  const tarball = (name: string): string => shelf.ours.get(name) ?? '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-packages-'));
    shelf = await openPackageShelf(directory);
    project = await mkdtemp(join(tmpdir(), 'rollcall-project-'));
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    await writeFile(
      join(project, '.npmrc'),
      `registry=${shelf.url}\ncache=${join(directory, 'cache')}\naudit=false\nfund=false\nignore-scripts=true\n`,
    );
    await inProject('npm', 'install', '--loglevel=error', ...names);
  }, LONG_MS);

  afterAll(async () => {
    await shelf?.close();
    for (const one of [directory, project]) if (one !== undefined) await rm(one, { recursive: true, force: true });
  });

  /** As in a shell of its own: what this very `npm test` told its children is not passed on. */
  function inProject(command: string, ...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
    return promisify(execFile)(command, args, { cwd: project, env: environment(), timeout: LONG_MS });
  }

  it('are all that is public', () => {
    expect([...shelf.ours.keys()].toSorted()).toEqual(names.toSorted());
  });

  describe.each(names)('%s', (name) => {
    it('has the licence, a page to read, and neither tests nor leftovers', () => {
      const files = filesIn(tarball(name));
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
      expect(files.filter((path) => /\.(test|fixture)\.|tsbuildinfo|\.tgz$|node_modules/.test(path))).toEqual([]);
      const sourceOf = (path: string): string => path.replace(/^dist\//, 'src/').replace(/\.(d\.ts|js)(\.map)?$/, '.ts');
      expect(files.filter((path) => path.startsWith('dist/') && !files.includes(sourceOf(path)))).toEqual([]);
    });

    it('says what it is, and nothing of where it was made', () => {
      const manifest = manifestIn(tarball(name));
      expect(manifest).toMatchObject({ license: 'Apache-2.0', type: 'module', sideEffects: false, engines: { node: '>=20.19' } });
      expect(manifest['description']).toMatch(/\.$/);
      expect(manifest['keywords']).toContain('service-registry');
      expect(manifest['scripts']).toBeUndefined();
    });

    it('passes publint', async () => {
      const bytes = await readFile(tarball(name));
      const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true });
      expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
    });

    it('has types that are right for whoever imports it', async () => {
      const analysis = await checkPackage(createPackageFromTarballData(await readFile(tarball(name))));
      // Packages are ESM only; who requires them or resolves as Node 10 did is not meant.
      const meant = new Set<string>(['node16-esm', 'bundler']);
      const problems = 'problems' in analysis ? analysis.problems : [];
      expect(analysis.types).toEqual({ kind: 'included' });
      expect(problems.filter((problem) => !('resolutionKind' in problem) || meant.has(problem.resolutionKind))).toEqual([]);
    });

    it('is imported', async () => {
      const { stdout } = await inProject(
        process.execPath,
        '--eval',
        `import(${JSON.stringify(name)}).then((all) => console.log(Object.keys(all).length))`,
      );
      expect(Number(stdout)).toBeGreaterThan(0);
    });
  });

  it('have types that hold for whoever looks at all of them', async () => {
    const imports = names.map((name, at) => `import * as all${at} from '${name}';\nexport { all${at} };`);
    await writeFile(join(project, 'all.ts'), `${imports.join('\n')}\n`);
    const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, noEmit: true, types: ['node'] };
    const typeRoots = [join(repositoryRoot, 'node_modules/@types')];
    const settings = { compilerOptions: { ...compilerOptions, typeRoots, skipLibCheck: false }, files: ['all.ts'] };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(settings));
    await inProject(process.execPath, join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '-p', project);
  });

  it('start as the command `rollcall`', async () => {
    expect((await inProject('npx', '--no', '--', 'rollcall', '--version')).stdout).toBe(
      `rollcall ${manifestIn(tarball('rollcall')).version}\n`,
    );
  });

  it('start a registry that answers and ends politely', async () => {
    const bin = join(project, 'node_modules/.bin/rollcall');
    const child = spawn(bin, ['serve', '--http', '0', '--store', 'memory'], {
      cwd: project,
      env: environment(),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(child, 'exit');
    try {
      const http = await readyDoor(child.stdout);
      expect(await (await fetch(`http://${http}/readyz`)).json()).toMatchObject({ status: 'ready' });
      const [, script = ''] = /<script type="module" src="([^"]+)"/.exec(await (await fetch(`http://${http}/ui/`)).text()) ?? [];
      expect((await fetch(`http://${http}/ui/${script}`)).headers.get('content-type')).toMatch(/^text\/javascript/);
    } finally {
      child.kill('SIGTERM');
    }
    expect(await exited).toEqual([0, null]);
  });

  it('start a registry within another program', async () => {
    const program = `import { startRegistry } from 'rollcall';
      const one = await startRegistry({ data: 'kept' });
      console.log((await fetch(one.url + '/livez')).status);
      await one.close();`;
    expect((await inProject(process.execPath, '--input-type=module', '--eval', program)).stdout).toBe('200\n');
  });
});

describe('every public package', () => {
  it('carries the licence of the repository', () => {
    const copies = ourFiles('packages').filter((path) => path.endsWith('/LICENSE'));
    expect(copies).toHaveLength(names.length);
    expect(copies.filter((path) => textOf(path) !== textOf('LICENSE'))).toEqual([]);
  });
});

function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|VITEST|ROLLCALL_)/i.test(name));
  return { ...Object.fromEntries(own), NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
}
