/** The directory as it is on the disk: which files count, what they hold, and when something moved. */
import { constants, watch, type FSWatcher, type Stats } from 'node:fs';
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface Directory {
  /** In the order of their names. Throws if it cannot be listed. */
  list(): Promise<readonly Found[]>;
  /** The text of one that was listed. */
  read(name: string): Promise<string>;
  /** From the next listing on: something moved, or may have. The answer ends it. */
  follow(moved: () => void): () => void;
}

export interface Found {
  readonly name: string;
  /** Another one whenever it was written. */
  readonly stamp: string;
  /** Why it is not read; `null` if it is. */
  readonly refused: string | null;
}

/** One for each service of a large house. */
const FILES_MAX = 1000;

/** More than a thousand instances, as JSON; what is read takes the time of everybody else. */
export const FILE_BYTES_MAX = 262_144;

/** Editors and copying programs leave the others behind; a name that begins with a dot is nobody's business. */
const COUNTS = /^[^.#].*\.(ya?ml|json|hcl)$/i;

export class DirectoryOnDisk implements Directory {
  readonly #path: string;
  #moved: (() => void) | null = null;
  #watcher: FSWatcher | null = null;
  /** What is watched is a directory, not a name: one that was put in its place has to be watched anew. */
  #watched = '';

  constructor(path: string) {
    this.#path = path;
  }

  async list(): Promise<readonly Found[]> {
    const root = await realpath(this.#path);
    this.#watch(root, await stat(root));
    const names = (await readdir(root)).filter((name) => COUNTS.test(name)).toSorted();
    const files: Found[] = [];
    for (const name of names) {
      const found = await look(root, name);
      if (found !== null) files.push(files.length < FILES_MAX ? found : { ...found, refused: `only ${FILES_MAX} files are read` });
    }
    return files;
  }

  async read(name: string): Promise<string> {
    const root = await realpath(this.#path);
    const target = await realpath(join(root, name));
    // A link may have come in its place since it was listed, and a pipe must not be waited for.
    if (!isWithin(root, target)) throw new Error(leadsOut);
    const file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const bytes = Buffer.alloc(FILE_BYTES_MAX + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = (await file.read(bytes, length, bytes.length - length)).bytesRead;
      }
      if (length > FILE_BYTES_MAX) throw new Error(tooLong);
      return bytes.toString('utf8', 0, length);
    } finally {
      await file.close();
    }
  }

  follow(moved: () => void): () => void {
    this.#moved = moved;
    return () => {
      this.#moved = null;
      this.#unwatch();
    };
  }

  #watch(root: string, { dev, ino }: Stats): void {
    const key = `${root} ${dev} ${ino}`;
    if (this.#moved === null || (this.#watcher !== null && this.#watched === key)) return;
    this.#unwatch();
    try {
      this.#watcher = watch(root, { persistent: false }, () => this.#moved?.());
      this.#watcher.on('error', () => this.#unwatch());
      this.#watched = key;
    } catch {
      // Not every file system can be watched; it is also looked at from time to time.
      this.#unwatch();
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }
}

const isHcl = 'Consul’s HCL is not read here: write what it says as JSON, { "services": [ … ] }';
const leadsOut = 'it is a link that leads out of the directory';
const tooLong = `it is longer than ${FILE_BYTES_MAX} bytes`;

function isWithin(root: string, target: string): boolean {
  return target.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** `null` for what is no file, or is gone again. */
async function look(root: string, name: string): Promise<Found | null> {
  const path = join(root, name);
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    const target = isLink ? await realpath(path) : path;
    const { size, mtimeMs, ctimeMs, ino, ...stats } = await stat(target);
    const stamp = `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    if (/\.hcl$/i.test(name)) return { name, stamp, refused: isHcl };
    // As Kubernetes mounts files: links within the directory. A link out of it could show anything that this user may read.
    if (isLink && !isWithin(root, target)) return { name, stamp, refused: leadsOut };
    if ((stats.mode & constants.S_IFMT) !== constants.S_IFREG) return null;
    return { name, stamp, refused: size > FILE_BYTES_MAX ? tooLong : null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    return { name, stamp: `${code}`, refused: code === 'ELOOP' ? 'it is a link that leads to itself' : message };
  }
}
