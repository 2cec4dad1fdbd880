import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryOnDisk, FILE_BYTES_MAX } from './directory.js';

let outside: string;
let root: string;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'rollcall-'));
  root = join(outside, 'services');
  await mkdir(root);
});
afterEach(() => rm(outside, { recursive: true, force: true }));

const names = async (directory = new DirectoryOnDisk(root)): Promise<object> =>
  Object.fromEntries((await directory.list()).map(({ name, refused }) => [name, refused]));

describe('a directory', () => {
  it('lists YAML and JSON, and nothing that is hidden, temporary, a directory or a pipe', async () => {
    const found = ['b.yaml', 'a.json', 'c.YML'];
    await writeFile(join(root, 'd.hcl'), 'service {}');
    const ignored = ['.a.yaml', '#a.yaml', 'a.yaml~', 'a.yaml.swp', 'a.tmp', 'a.yaml.tmp', 'README.md', '4913'];
    for (const name of [...found, ...ignored]) await writeFile(join(root, name), 'x');
    await mkdir(join(root, 'd.yaml'));
    execFileSync('mkfifo', [join(root, 'pipe.yaml')]);
    const hcl = 'Consul’s HCL is not read here: write what it says as JSON, { "services": [ … ] }';
    expect(await names()).toEqual({ 'a.json': null, 'b.yaml': null, 'c.YML': null, 'd.hcl': hcl });
    await expect(new DirectoryOnDisk(root).read('pipe.yaml')).resolves.toBe('');
  });

  it('follows links within itself, as Kubernetes makes them, and no others', async () => {
    await mkdir(join(root, '..2030'));
    await writeFile(join(root, '..2030', 'a.yaml'), 'inside');
    await writeFile(join(outside, 'secret.yaml'), 'x');
    await symlink('..2030', join(root, '..data'));
    await symlink('..data/a.yaml', join(root, 'a.yaml'));
    await symlink('../secret.yaml', join(root, 'b.yaml'));
    await symlink('c.yaml', join(root, 'c.yaml'));
    await symlink('nowhere.yaml', join(root, 'd.yaml'));
    expect(await names()).toEqual({
      'a.yaml': null,
      'b.yaml': 'it is a link that leads out of the directory',
      'c.yaml': 'it is a link that leads to itself',
    });
    expect(await new DirectoryOnDisk(root).read('a.yaml')).toBe('inside');
    // As if it had been another file when it was listed.
    await expect(new DirectoryOnDisk(root).read('b.yaml')).rejects.toThrow('leads out of the directory');
  });

  it('reads no more than it should', async () => {
    await writeFile(join(root, 'large.yaml'), 'x'.repeat(FILE_BYTES_MAX + 1));
    await writeFile(join(root, 'full.yaml'), 'x'.repeat(FILE_BYTES_MAX));
    expect(await names()).toEqual({ 'full.yaml': null, 'large.yaml': `it is longer than ${FILE_BYTES_MAX} bytes` });
    await expect(new DirectoryOnDisk(root).read('large.yaml')).rejects.toThrow('it is longer than');
  });

  it('has another stamp for a file that was replaced', async () => {
    const directory = new DirectoryOnDisk(root);
    const stamp = async (): Promise<string | undefined> => (await directory.list())[0]?.stamp;
    await writeFile(join(root, 'a.yaml'), 'one');
    const before = await stamp();
    expect(await stamp()).toBe(before);
    await writeFile(join(root, 'new'), 'two');
    await rename(join(root, 'new'), join(root, 'a.yaml'));
    expect(await stamp()).not.toBe(before);
  });

  it('throws where it is not there', async () => {
    await rm(root, { recursive: true });
    await expect(names()).rejects.toThrow('ENOENT');
  });

  it('tells when something moves, also in one that came in its place', async () => {
    const directory = new DirectoryOnDisk(root);
    let moved = (): void => undefined;
    const unfollow = directory.follow(() => moved());
    const movement = (): Promise<void> => new Promise((resolve) => (moved = resolve));
    try {
      await directory.list();
      const first = movement();
      await writeFile(join(root, 'a.yaml'), 'one');
      await first;
      await rename(root, `${root}-old`);
      await mkdir(root);
      await directory.list();
      const second = movement();
      await writeFile(join(root, 'b.yaml'), 'two');
      await second;
    } finally {
      unfollow();
    }
  });
});
