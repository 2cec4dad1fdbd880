/** The files of the directory as they were last read: those that changed are read again, the others are remembered. */
import { nextTurn } from '../shared/turn.js';
import type { Directory, Found } from './directory.js';
import type { Mark } from './origin.js';
import type { KnownFile } from './plan.js';
import { readServiceFile, type ReadRegistration } from './service-file.js';

export interface ReadFile extends KnownFile {
  readonly stamp: string;
  /** What is wrong with it as it is now, in sentences; none for a sound one. */
  readonly complaints: readonly string[];
}

/** Of all files together: they are held in memory, and a fleet registers itself. */
export const INSTANCES_MAX = 10_000;

/** Of one file; the others show when these are mended. */
const COMPLAINTS_MAX = 20;

export class KnownFiles {
  readonly #directory: Directory;
  readonly #read: ReadRegistration;
  readonly #mark: Mark;
  #files: ReadonlyMap<string, ReadFile> = new Map();

  constructor(directory: Directory, read: ReadRegistration, mark: Mark) {
    this.#directory = directory;
    this.#read = read;
    this.#mark = mark;
  }

  /** By name. */
  get all(): ReadonlyMap<string, ReadFile> {
    return this.#files;
  }

  /** `anew`: also those that did not change. Throws if the directory cannot be listed, and then forgets nothing. */
  async refresh(anew: boolean): Promise<void> {
    const files = new Map<string, ReadFile>();
    let instances = 0;
    for (const found of await this.#directory.list()) {
      const before = this.#files.get(found.name);
      const isKnown = !anew && before?.stamp === found.stamp && before.complaints[0] !== tooMany;
      const file = isKnown ? before : await this.#readOne(found, before?.listed ?? null, INSTANCES_MAX - instances);
      files.set(found.name, file);
      instances += file.listed?.length ?? 0;
      if (!isKnown) await nextTurn();
    }
    this.#files = files;
  }

  /** What it said before holds as long as it says nothing sound. */
  async #readOne({ name, stamp, refused }: Found, before: ReadFile['listed'], roomFor: number): Promise<ReadFile> {
    const broken = (...complaints: string[]): ReadFile => ({ stamp, listed: before, complaints });
    if (refused !== null) return broken(refused);
    try {
      const { listed, faults } = readServiceFile(name, await this.#directory.read(name), this.#read, this.#mark);
      if (faults.length > 0) return broken(...faults.slice(0, COMPLAINTS_MAX).map(({ line, message }) => `line ${line}: ${message}`));
      return listed.length > roomFor ? broken(tooMany) : { stamp, listed, complaints: [] };
    } catch (error) {
      return broken(error instanceof Error ? error.message : String(error));
    }
  }
}

const tooMany = `only ${INSTANCES_MAX} instances may stand in all files together`;
