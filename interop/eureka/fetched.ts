/** Clients of others, fetched from where they are published, once: what was fetched lies in the cache of `node_modules`. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const cache = fileURLToPath(new URL('../../node_modules/.cache/rollcall-interop-eureka/', import.meta.url));

/** Maven fetches some hundred files. */
const FETCHED_WITHIN_MS = 300_000;

/** In a folder of its own, with these files of ours in it; made anew when the words are other ones, or one of the files is. */
export async function fetched(name: string, command: readonly [string, ...string[]], files: readonly string[] = []): Promise<string> {
  const folder = `${cache}${name}/`;
  const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  const order = JSON.stringify([command, await Promise.all(files.map((file) => textsIn(here(file))))]);
  const isThere = async (): Promise<boolean> => (await readFile(`${folder}order.json`, 'utf8').catch(() => '')) === order;
  if (await isThere()) return folder;
  const made = `${cache}${name}.${process.pid}/`;
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  for (const file of files) await cp(here(file), `${made}${file.slice(file.indexOf('/') + 1)}`, { recursive: true });
  const [program, ...words] = command;
  await promisify(execFile)(program, words, { cwd: made, timeout: FETCHED_WITHIN_MS });
  await writeFile(`${made}order.json`, order);
  // Somebody else may have fetched the same meanwhile, and be at work with it.
  if (await isThere()) {
    await rm(made, { recursive: true, force: true });
    return folder;
  }
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
  return folder;
}

/** Of a file, or of all that a folder holds. */
async function textsIn(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [await readFile(path, 'utf8')];
  const inside = await Promise.all((await readdir(path)).toSorted().map((name) => textsIn(join(path, name))));
  return inside.flat();
}

/** The clients in Java, and a Eureka server: one file, which says with its first word what it is to be. */
export async function javaClients(): Promise<string> {
  return `${await fetched('java', ['mvn', '-q', '-B', 'package'], ['java/pom.xml', 'java/src'])}target/eureka-clients-1.jar`;
}
