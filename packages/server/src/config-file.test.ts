import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfigFile, readSettings } from './config-file.js';

describe('readSettings', () => {
  it.each([
    ['YAML', '# remark\nhttp: 9000\ncors-origin:\n  - https://a.example\n'],
    ['JSON', '{\n"http": 9000,\n"cors-origin": ["https://a.example"]}'],
  ])('takes %s', (_format, text) => {
    expect(readSettings('r.yaml', text)).toEqual({
      name: 'r.yaml',
      complaints: [],
      entries: [
        { key: 'http', value: 9000, line: 2 },
        { key: 'cors-origin', value: ['https://a.example'], line: 3 },
      ],
    });
  });

  it.each(['', '# nothing\n', '---\n', 'null'])('takes %j, which says nothing', (text) => {
    expect(readSettings('r.yaml', text)).toEqual({ name: 'r.yaml', complaints: [], entries: [] });
  });

  it.each([
    ['http: 1\nhttp: 2', ['r.yaml, line 2: Map keys must be unique.']],
    ['http: 1\n---\nbind: x', ['r.yaml, line 3: a second document is one too many.']],
    ['\n- http', ['r.yaml, line 2: it holds a list of 1; allowed are names with values, such as http: 8500.']],
    ['http', ['r.yaml, line 1: it holds "http"; allowed are names with values, such as http: 8500.']],
  ])('refuses %j', (text, complaints) => {
    expect(readSettings('r.yaml', text)).toEqual({ name: 'r.yaml', complaints, entries: [] });
  });
});

describe('readConfigFile', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('reads a file', async () => {
    const path = join(directory, 'r.yaml');
    await writeFile(path, 'http: 9000');
    expect(await readConfigFile(path)).toMatchObject({ name: path, entries: [{ key: 'http', value: 9000, line: 1 }] });
  });

  it('says why it cannot', async () => {
    const large = join(directory, 'large.yaml');
    await writeFile(large, '#'.repeat(300_000));
    const told = await Promise.all([join(directory, 'none.yaml'), directory, large].map((path) => readConfigFile(path)));
    expect(told.map(({ complaints }) => complaints)).toEqual([
      [`${directory}/none.yaml cannot be read: it is not there.`],
      [`${directory} cannot be read: it is a directory.`],
      [`${large} cannot be read: it is longer than 262144 bytes.`],
    ]);
  });
});
