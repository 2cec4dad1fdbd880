import { describe, expect, it } from 'vitest';
import { anchorsOf, examplesOf, linksOf, matchesOutput } from './markdown.js';

const markdown = `# Title

\`\`\`sh
npm start
\`\`\`

\`\`\`sh
curl localhost:8500/one
\`\`\`

It answers:

\`\`\`json
{ "one": 1 }
\`\`\`

\`\`\`sh
curl localhost:8500/two
\`\`\`

## Another heading, [linked](#title "so")

\`\`\`text
not its output [nor](a-link.md)
\`\`\`
`;

describe('examples', () => {
  it('are the blocks that call curl, each with the output that follows before the next heading', () => {
    expect(examplesOf(markdown)).toEqual([
      { script: 'curl localhost:8500/one\n', line: 7, expected: { language: 'json', text: '{ "one": 1 }\n', line: 13 } },
      { script: 'curl localhost:8500/two\n', line: 17 },
    ]);
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
});

describe('links and anchors', () => {
  it('are read outside of code', () => {
    expect(linksOf(markdown)).toEqual(['#title']);
    expect(anchorsOf('# The `Store` port: what, and why?')).toEqual(['the-store-port-what-and-why']);
  });
});
