/** A small file system of a test's own, on which the disk can be full. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, onTestFinished } from 'vitest';

/** Answers where it was mounted. It is gone when the test is over, whatever happened. */
export function mountTmpfs(sizeBytes: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'rollcall-tmpfs-'));
  if (!mount('-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', directory)) throw new Error(`cannot mount ${directory}`);
  onTestFinished(() => unmount(directory));
  return directory;
}

export function resizeTmpfs(directory: string, sizeBytes: number): void {
  if (!mount('-o', `remount,size=${sizeBytes}`, directory)) throw new Error(`cannot resize ${directory}`);
}

/** `describe` where a tmpfs can be mounted. Elsewhere it is said aloud that this was skipped; with ROLLCALL_NO_SKIPS=1 that fails. */
export function describeWithTmpfs(title: string, body: () => void): void {
  if (canMount()) {
    describe(title, body);
    return;
  }
  const notice = 'skipped: cannot mount a tmpfs';
  if (process.env['ROLLCALL_NO_SKIPS'] === '1') {
    it(title, () => {
      throw new Error(`${notice}; ROLLCALL_NO_SKIPS=1 wants every suite to run: run as one who may mount`);
    });
    return;
  }
  process.stderr.write(`${notice}\n`);
  describe(title, () => {
    it.skip(notice);
  });
}

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'rollcall-tmpfs-'));
  const mounted = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory);
  if (mounted) unmount(directory);
  else rmdirSync(directory);
  return mounted;
}

function mount(...args: string[]): boolean {
  return spawnSync('mount', args).status === 0;
}

/** Lazily, if something in it is still open. */
function unmount(directory: string): void {
  if (spawnSync('umount', [directory]).status !== 0) spawnSync('umount', ['--lazy', directory]);
  rmdirSync(directory);
}
