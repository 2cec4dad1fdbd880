import { describe, expect, it } from 'vitest';
import { readYaml } from './yaml-text.js';

describe('readYaml', () => {
  it.each<[string, readonly unknown[]]>([
    ['', []],
    ['# only a remark', []],
    ['a: 1\nb: [x, true, null]', [{ a: 1, b: ['x', true, null] }]],
    ['{\n\t"a": 1,\n\t"b": {"c": "d"}\n}', [{ a: 1, b: { c: 'd' } }]],
    ['a: 1\n---\n- b', [{ a: 1 }, ['b']]],
    ['a: off\nb: yes', [{ a: 'off', b: 'yes' }]],
    ['a: 0x10\nb: 1.10\nc: 1e3\nd: 010', [{ a: '0x10', b: '1.10', c: '1e3', d: '010' }]],
    ['a: &one {b: 1}\nc: *one', [{ a: { b: 1 }, c: { b: 1 } }]],
    ['\ufeffa: 1', [{ a: 1 }]],
  ])('%j', (text, values) => {
    const { documents, faults } = readYaml(text);
    expect({ values: documents.map(({ value }) => value), faults }).toEqual({ values, faults: [] });
  });

  it('leaves a table without powers', () => {
    const [document] = readYaml('__proto__: {polluted: true}').documents;
    expect(Object.keys(document?.value as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes as text what is meant so', () => {
    const isText = (path: readonly (string | number)[]): boolean => path[0] === 'version' || (path[0] === 'list' && path[2] === 'tags');
    const { documents } = readYaml('version: 1.5\nport: 80\nlist: [{tags: [1.5, true]}, {tags: [x], n: 2}]', { isText });
    expect(documents[0]?.value).toEqual({ version: '1.5', port: 80, list: [{ tags: ['1.5', 'true'] }, { tags: ['x'], n: 2 }] });
  });

  it.each<[string, readonly (readonly [number, RegExp])[]]>([
    ['a: 1\n\na: 2', [[3, /unique/]]],
    ['a:\n\tb: 1', [[2, /Tabs/]]],
    ['{"a": 1,\n"b": }x', [[2, /./]]],
    ['a: !!js/function "x"', [[1, /tag/]]],
    ['a: 1\n? [x]\n: 2', [[2, /A name is a word/]]],
    ['a: *nobody', [[1, /alias/i]]],
  ])('says of %j what is wrong, and where', (text, faults) => {
    expect(readYaml(text)).toEqual({
      documents: [],
      faults: faults.map(([line, message]) => ({ line, message: expect.stringMatching(message) as string })),
    });
  });

  it.each([
    ['brackets', '['.repeat(50_000), 1],
    ['brackets in lines', 'a:\n'.concat('  [\n'.repeat(50_000)), 202],
    ['lists in one line', '- '.repeat(50_000), 1],
    ['names in one line', '? '.repeat(50_000), 1],
    ['both', 'a:\n  '.concat('- ? '.repeat(50_000)), 2],
    ['columns', Array.from({ length: 400 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'), 202],
  ])('does not go down into %s', (_what, text, line) => {
    expect(readYaml(text).faults).toEqual([{ line, message: 'It is nested too deeply' }]);
  });

  it('goes as deep as people do', () => {
    const columns = Array.from({ length: 40 }, (_, at) => `${' '.repeat(at * 4)}a:`).join('\n');
    expect(readYaml(columns).faults).toEqual([]);
    expect(readYaml(`${'['.repeat(190)}${']'.repeat(190)}`).faults).toEqual([]);
    expect(readYaml(`a: [${'[], '.repeat(1000)}]\nb: |\n${' '.repeat(150)}text`).faults).toEqual([]);
    expect(readYaml(JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`a${at}`, [{ at }]])))).faults).toEqual([]);
  });

  it('does not let aliases explode', () => {
    const levels = Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(', ')}]`);
    expect(readYaml(['a0: &a0 [x, x]', ...levels].join('\n')).faults).toEqual([
      { line: 1, message: expect.stringContaining('alias') as string },
    ]);
  });

  it('knows the line of everything, and of what is missing the line above', () => {
    const [document] = readYaml('# remark\na: 1\nlist:\n  - b: 2\n\n  - c: 3\n    d:\n      e: 4\n').documents;
    const lines = [['a'], ['list'], ['list', 0, 'b'], ['list', 1], ['list', 1, 'd', 'e'], ['list', 1, 'x'], ['y', 'z']];
    expect(lines.map((path) => document?.lineOf(path))).toEqual([2, 3, 4, 6, 8, 6, 2]);
  });
});
