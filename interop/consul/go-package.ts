/**
 * The tests of Go's own client as a program: its package as it was published, in a directory of its own, where its helper starts what it
 * takes for Consul without the service mesh.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The last ones that the oldest Go of a Debian compiles. */
const API = 'github.com/hashicorp/consul/api@v1.29.6';
const SDK = 'github.com/hashicorp/consul/sdk@v0.16.1';

const COMPILED_WITHIN_MS = 170_000;

export interface GoTests {
  readonly directory: string;
  /** What is run there. */
  readonly program: string;
  remove(): Promise<void>;
}

export async function goTests(folder: string): Promise<GoTests> {
  const root = await mkdtemp(join(tmpdir(), 'rollcall-consul-api-'));
  await unpacked(root, API, 'api');
  await unpacked(root, SDK, 'sdk');
  const helper = join(root, 'sdk', 'testutil', 'server.go');
  await writeFile(helper, (await readFile(helper, 'utf8')).replace('"enabled": true,', '"enabled": false,'));
  const api = join(root, 'api');
  await go(api, 'mod', 'edit', '-replace', 'github.com/hashicorp/consul/sdk=../sdk');
  const program = join(root, 'the-tests');
  await go(api, 'test', '-mod=mod', '-vet=off', '-c', '-o', program, `./${folder}`);
  return { directory: join(api, folder), program, remove: () => rm(root, { recursive: true, force: true }) };
}

async function unpacked(root: string, module: string, name: string): Promise<void> {
  const { Dir } = JSON.parse(await go(root, 'mod', 'download', '-json', module)) as { readonly Dir: string };
  await cp(Dir, join(root, name), { recursive: true });
  // What Go keeps nobody may write.
  await promisify(execFile)('chmod', ['-R', 'u+w', join(root, name)]);
}

async function go(cwd: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('go', words, { cwd, timeout: COMPILED_WITHIN_MS, maxBuffer: 2 ** 24 });
  return stdout;
}
