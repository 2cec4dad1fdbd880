import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFileText } from './file-text.js';

describe('a small file', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is read whole, up to its bound', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'größer');
    expect(await readFileText(path, 8)).toBe('größer');
    await expect(readFileText(path, 7)).rejects.toThrow('it is longer than 7 bytes');
  });

  it('that is none is named, and never waited for', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readFileText(pipe, 100)).rejects.toThrow('it is a pipe');
    await expect(readFileText(directory, 100)).rejects.toThrow('it is a directory');
    await expect(readFileText(join(directory, 'none'), 100)).rejects.toThrow('it is not there');
    await expect(readFileText('/dev/zero', 100)).rejects.toThrow('it is longer than');
  });
});
