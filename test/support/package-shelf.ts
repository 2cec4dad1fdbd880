/**
 * A package registry on loopback that has what lies on this machine: our own packages as they were packed, and those of others as
 * they are installed here. So a test can `npm install` as a stranger would, with npm's own resolution, and no network.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { repositoryRoot } from './repository.js';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

export interface PackageShelf {
  readonly url: string;
  /** Our own, by name: where the tarball lies. */
  readonly ours: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** `directory` is an empty one to work in. */
export async function openPackageShelf(directory: string): Promise<PackageShelf> {
  const packed = join(directory, 'packed');
  run(process.execPath, ['--import', 'tsx', 'scripts/pack.ts', packed], repositoryRoot);
  const ours = new Map(readdirSync(packed).map((file) => [manifestIn(join(packed, file)).name, join(packed, file)]));
  const tarballOf = (name: string): string | null => ours.get(name) ?? tarballOfOthers(name, join(directory, 'others'));
  const server = createServer((request, response) => {
    const [name = '', tarball] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split('/-/');
    const path = tarballOf(name);
    if (path === null) return void response.writeHead(404).end('{}');
    if (tarball !== undefined) return void response.end(readFileSync(path));
    const manifest = manifestIn(path);
    const dist = { tarball: `http://${request.headers.host}/${name}/-/${manifest.version}.tgz` };
    const versions = { [manifest.version]: { ...manifest, dist } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name, 'dist-tags': { latest: manifest.version }, versions }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ours, close };
}

/** The package.json of a tarball. */
export function manifestIn(tarball: string): Manifest {
  return JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json'])) as Manifest;
}

export function filesIn(tarball: string): readonly string[] {
  return run('tar', ['-tzf', tarball])
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => path.replace(/^package\//, ''));
}

/** What is installed here, packed when somebody asks for it; another system's binaries are not here. */
function tarballOfOthers(name: string, directory: string): string | null {
  const installed = join(repositoryRoot, 'node_modules', name);
  if (!existsSync(join(installed, 'package.json'))) return null;
  const folder = join(directory, name);
  const tarball = `${folder}.tgz`;
  if (!existsSync(tarball)) {
    cpSync(installed, join(folder, 'package'), { recursive: true });
    run('tar', ['-czf', tarball, '-C', folder, 'package']);
  }
  return tarball;
}

function run(command: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
