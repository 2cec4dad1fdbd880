import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printOptions, readOptions } from '@rollcall/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfigFile, readSettings } from './config-file.js';
import { serveOptions, type ServeOptions } from './options.js';

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

describe('what --print-config prints', () => {
  const words = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('on', 'null', '~', '0x10', '1.10', 'a: b', '- a', '# a', '"', '*a', '&a'),
  );
  const typed = fc.record(
    {
      'data': words.filter((word) => !/[\0\ufffd]|\p{Cs}/u.test(word)),
      'http': fc.nat(65_535).map(String),
      'guard-share': fc.nat(100).map((share) => `${share}%`),
      'history-age': fc.integer({ min: 1, max: 1000 }).map((hours) => `${hours}h`),
      'cors-origin': fc.uniqueArray(fc.constantFrom('https://a.example', 'http://[::1]:80'), { minLength: 1 }).map((all) => all.join()),
    },
    { requiredKeys: [] },
  );

  it('means the same when it is given again', () => {
    fc.assert(
      fc.property(typed, (given) => {
        const args = Object.entries(given).map(([flag, value]) => `--${flag}=${value}`);
        const first = readOptions<ServeOptions>(serveOptions, args, {});
        expect(first.complaints).toEqual([]);
        const again = readOptions<ServeOptions>(serveOptions, [], {}, readSettings('printed', printOptions(first.settled)));
        expect(again).toMatchObject({ complaints: [], values: first.values });
      }),
      { numRuns: 500 },
    );
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
