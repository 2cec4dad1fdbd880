import { describe, expect, it } from 'vitest';
import { isJson, matchesOutput, snippetsOf } from './snippets.js';

const fence = (info: string, text: string): string => `\`\`\`${info}\n${text}\n\`\`\`\n\n`;

describe('snippets', () => {
  it('are run, with the output that follows before the next heading', () => {
    const page = `# Title\n\n${fence('sh', 'one')}It answers:\n\n${fence('json', '{ "one": 1 }')}${fence('ts', 'two')}## Next\n\n${fence('text', 'no output')}`;
    expect(snippetsOf(page)).toEqual({
      examples: [
        { language: 'sh', script: 'one\n', line: 3, expected: { language: 'json', text: '{ "one": 1 }\n', line: 9 } },
        { language: 'ts', script: 'two\n', line: 13 },
      ],
      quotes: [],
      data: [],
      settings: [],
      pictures: [],
      unknown: [],
    });
  });

  it('are quotes of files, data, or pictures', () => {
    const page = fence('ts file=a/b.ts', 'one') + fence('json', '{}') + fence('mermaid', 'flowchart LR') + fence('console', '$ npm start');
    const { examples, quotes, data, pictures, unknown } = snippetsOf(page);
    expect([examples, unknown]).toEqual([[], []]);
    expect([quotes, data, pictures].map(([block]) => block?.line)).toEqual([1, 5, 9]);
    expect(quotes[0]?.file).toBe('a/b.ts');
  });

  it('are nothing else', () => {
    expect(snippetsOf(fence('', 'what') + fence('python', 'is this')).unknown).toEqual([1, 5]);
    expect(snippetsOf('- a list\n  ```sh\n  lost\n  ```').unknown).toEqual([2, 4]);
  });

  it.each([
    ['json', '{ "a": 1,\n  "b": [] }', '{"a":1,"b":[]}', true],
    ['json', '{ "id": "…", "a": 1 }', '{"id":"x-1","a":1}', true],
    ['json', '{ "id": "…", "a": 1 }', '{"id":"x-1","a":2}', false],
    ['json', '{ "a": 1 }', '{"a":1}{"b":2}', false],
    ['text', 'HTTP/1.1 204 No Content\n…', 'HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n', true],
    ['text', 'a.c', 'abc', false],
  ])('in %s, %j matches %j: %s', (language, text, output, matches) => {
    expect(matchesOutput({ language, text, line: 1 }, output)).toBe(matches);
  });

  it.each([
    ['{"a": …, "b": [1, …], "c": "…"}', true],
    ['{"a": }', false],
  ])('%s is JSON: %s', (text, is) => {
    expect(isJson(text)).toBe(is);
  });
});
