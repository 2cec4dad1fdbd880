/** The console's files as they are sent: read once, when somebody first looks at the page, and kept. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';

/** Each as a `file:` URL, with a slash at its end. */
export interface ConsoleFolders {
  /** The page, its styles, its icon. */
  readonly page: string;
  /** The modules that it loads. */
  readonly modules: string;
}

export interface ConsoleFile {
  readonly mediaType: string;
  readonly body: Buffer;
}

export interface ConsoleFiles {
  /** Moves when any file does: files are asked for below it, so that a browser may keep them for ever. */
  readonly hash: string;
  readonly page: ConsoleFile;
  /** All others, by their paths: `style.css`, `view/rows.js`. */
  readonly others: ReadonlyMap<string, ConsoleFile>;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
};

const PAGE = 'index.html';
/** For whoever imports the package, and not for browsers. */
const ENTRY = 'index.js';

/** Stands in the page for the hash. */
const HASH_MARK = /\{\{hash\}\}/g;
/** Stands in the page where all modules are named, so that a browser asks for them at once and not one behind the other. */
const MODULES_MARK = '{{modules}}';

const HASH_CHARACTERS = 16;

/** Rejects where files are missing. */
export async function readConsoleFiles({ page, modules }: ConsoleFolders): Promise<ConsoleFiles> {
  const files = new Map([...(await readFolder(page)), ...(await readFolder(modules))]);
  const template = files.get(PAGE);
  files.delete(PAGE);
  files.delete(ENTRY);
  if (template === undefined || !files.has('main.js')) throw new Error('The console is not built: its page or its modules are missing.');
  const hash = hashOf([...files, [PAGE, template]]);
  return { hash, page: { ...template, body: Buffer.from(pageOf(template.body.toString('utf8'), hash, [...files.keys()])) }, others: files };
}

async function readFolder(folder: string): Promise<readonly (readonly [path: string, file: ConsoleFile])[]> {
  const names = await readdir(new URL(folder), { recursive: true });
  const paths = names.map((name) => name.replaceAll('\\', '/')).filter((path) => mediaTypes[extname(path)] !== undefined);
  return Promise.all(
    paths.toSorted().map(async (path) => {
      return [path, { mediaType: mediaTypes[extname(path)] ?? '', body: await readFile(new URL(path, folder)) }] as const;
    }),
  );
}

function hashOf(files: readonly (readonly [path: string, file: ConsoleFile])[]): string {
  const hash = createHash('sha256');
  for (const [path, { body }] of files) hash.update(`${path}\0${body.length}\0`).update(body);
  return hash.digest('hex').slice(0, HASH_CHARACTERS);
}

function pageOf(template: string, hash: string, paths: readonly string[]): string {
  const modules = paths.filter((path) => path.endsWith('.js')).map((path) => `<link rel="modulepreload" href="{{hash}}/${path}" />`);
  return template.replace(MODULES_MARK, modules.join('\n    ')).replaceAll(HASH_MARK, hash);
}
