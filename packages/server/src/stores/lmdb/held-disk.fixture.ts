/** A disk that can be told to be slow or to fail, at one of the two places where the store is written. */
import type { Store } from '@rollcall/core';
import { expect, onTestFinished, vi } from 'vitest';
import { openStore } from './open-store.fixture.js';
import { Tables } from './tables.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';
import { WriteAheadLog } from './write-ahead-log.js';

export interface HeldDisk {
  /** From now on what is written is on disk, but nobody is told until `release`. */
  hold(): void;
  release(): void;
  /** From now on writing fails with this; `null`: no more. */
  fail(reason: Error | null): void;
  /** How often something has been written since `hold`. */
  written(): number;
}

/** Of the write-ahead log, which makes commits durable. */
function holdLog(): HeldDisk {
  const { append } = WriteAheadLog.prototype;
  const held = new Held();
  const spy = vi.spyOn(WriteAheadLog.prototype, 'append').mockImplementation(function (this: WriteAheadLog, ...args) {
    return held.write(() => append.apply(this, args));
  });
  return held.until(() => spy.mockRestore());
}

/** Of the tables, which follow. */
export function holdTables(): HeldDisk {
  const { commit } = Tables.prototype;
  const held = new Held();
  const spy = vi.spyOn(Tables.prototype, 'commit').mockImplementation(function (this: Tables, ...args) {
    return held.write(() => commit.apply(this, args));
  });
  return held.until(() => spy.mockRestore());
}

class Held implements HeldDisk {
  #failure: Error | null = null;
  #written = 0;
  #open = (): void => undefined;
  #gate: Promise<void> = Promise.resolve();

  readonly hold = (): void => {
    this.#written = 0;
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  };

  readonly release = (): void => {
    this.#open();
    this.#gate = Promise.resolve();
  };

  readonly fail = (reason: Error | null): void => void (this.#failure = reason);

  readonly written = (): number => this.#written;

  async write(write: () => Promise<void>): Promise<void> {
    const reason = this.#failure;
    if (reason === null) await write();
    this.#written++;
    await this.#gate;
    if (reason !== null) throw reason;
  }

  until(restore: () => void): this {
    onTestFinished(() => {
      this.release();
      restore();
    });
    return this;
  }
}

/** A store whose log can be held. */
export async function openHeld(): Promise<{ readonly store: Store; readonly disk: HeldDisk; readonly directory: string }> {
  const directory = await temporaryDirectory();
  const disk = holdLog();
  const store = await openStore(directory);
  onTestFinished(() => {
    disk.release();
    return store.close();
  });
  return { store, disk, directory };
}

/** Something has been written, and whoever waited for that has gone on. */
export async function writtenBut(disk: HeldDisk): Promise<void> {
  await expect.poll(() => disk.written()).toBeGreaterThan(0);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
