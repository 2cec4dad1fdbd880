/**
 * Live views kept in a directory, so that a program that starts while the registry is away knows whom to call. A file for each
 * view, written whole beside the old one and then put into its place; several programs may share a directory.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../ports.js';
import { savedIn, savedText, type Saved } from './saved-view.js';
import type { View } from './view.js';

/** Changes within this time are written once. */
const GATHER_MS = 1000;

/** What did not change is written again so often, because it was confirmed meanwhile: its age is counted from there. */
const CONFIRM_MS: number = 10 * 60_000;

/** Fifty thousand instances. Nobody wants to read more than that at a start, or to write it at each change. */
const FILE_BYTES_MAX: number = 64 * 1024 * 1024;

/** What nobody wrote for so long, nobody reads either. */
const FORGOTTEN_MS: number = 30 * 86_400_000;

/** What a program left beside that was killed while it wrote. */
const LEFT_BEHIND_MS: number = 3_600_000;

export interface SnapshotSurroundings {
  readonly clock: Clock;
  /** Told once until it works again. */
  readonly trouble: (error: Error) => void;
  /** Of this process, so that two of them do not write to the same place. */
  readonly processId: number;
}

export class SnapshotDirectory {
  readonly #path: string;
  readonly #surroundings: SnapshotSurroundings;
  /** Which views are to be written. */
  #pending = new Set<View>();
  /** Which are written again now and then. */
  readonly #kept = new Set<View>();
  #cancelConfirming: (() => void) | null = null;
  #cancel: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isTroubled = false;
  #isSwept = false;

  constructor(path: string, surroundings: SnapshotSurroundings) {
    this.#path = path;
    this.#surroundings = surroundings;
  }

  /** `undefined` if there is none, or none that can be read: a snapshot is a help, never a reason not to start. */
  async load({ key, question }: View): Promise<Saved | undefined> {
    const path = this.#file(key);
    try {
      const { size } = await stat(path);
      if (size > FILE_BYTES_MAX) return undefined;
      return savedIn(await readFile(path, 'utf8'), question);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#troubled(error);
      return undefined;
    }
  }

  /** There is something to keep. */
  changed(view: View): void {
    this.#kept.add(view);
    this.#pending.add(view);
    const { clock } = this.#surroundings;
    this.#cancel ??= clock.after(GATHER_MS, () => void this.#flush());
    this.#cancelConfirming ??= clock.after(CONFIRM_MS, () => this.#confirm());
  }

  /** It is not followed any more; what was kept of it stays. */
  forget(view: View): void {
    this.#kept.delete(view);
  }

  /** Writes how it is in the end. Settles when that is done, whatever came of it. */
  close(): Promise<void> {
    for (const view of this.#kept) this.#pending.add(view);
    this.#kept.clear();
    this.#cancelConfirming?.();
    return this.#flush();
  }

  #confirm(): void {
    this.#cancelConfirming = null;
    for (const view of this.#kept) if (view.state.state === 'live') this.changed(view);
  }

  #flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    const views = this.#pending;
    this.#pending = new Set();
    this.#writing = this.#writing.then(() => this.#write(views));
    return this.#writing;
  }

  /** One after the other: nobody waits for it. */
  async #write(views: ReadonlySet<View>): Promise<void> {
    try {
      if (views.size > 0) await mkdir(this.#path, { recursive: true, mode: 0o700 });
      for (const view of views) {
        const { saved } = view;
        if (saved === null) continue;
        await this.#put(view.key, savedText(saved));
        if (!this.#isSwept) await this.#sweep(this.#file(view.key));
      }
      this.#isTroubled = false;
    } catch (error) {
      this.#troubled(error);
    }
  }

  async #put(key: string, text: string): Promise<void> {
    const path = this.#file(key);
    if (Buffer.byteLength(text) > FILE_BYTES_MAX) return rm(path, { force: true });
    const beside = `${path}.${this.#surroundings.processId}`;
    // Flushed before it takes the old one's place: after a power cut there is one of them, whole.
    await writeFile(beside, text, { flush: true, mode: 0o600 });
    await rename(beside, path);
  }

  /** Once in a life, so that the directory does not grow for ever. Times are those of its own files. */
  async #sweep(newest: string): Promise<void> {
    this.#isSwept = true;
    const { mtimeMs: nowMs } = await stat(newest);
    for (const name of await readdir(this.#path)) {
      const [ours, beside] = /^[0-9a-f]{32}\.json(\.\d+)?$/.exec(name) ?? [];
      if (ours === undefined) continue;
      const path = join(this.#path, name);
      // Another program may be quicker.
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: nowMs }));
      if (nowMs - mtimeMs > (beside === undefined ? FORGOTTEN_MS : LEFT_BEHIND_MS)) await rm(path, { force: true });
    }
  }

  #file(key: string): string {
    return join(this.#path, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  }

  #troubled(error: unknown): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#surroundings.trouble(error instanceof Error ? error : new Error(String(error)));
  }
}
