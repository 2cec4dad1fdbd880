import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf } from './markdown.js';

const markdown = `# Title

\`\`\`sh
not [a](link.md)
\`\`\`

## Another heading, [linked](#title "so")
`;

describe('links and anchors', () => {
  it('are read outside of code', () => {
    expect(linksOf(markdown)).toEqual(['#title']);
    expect(anchorsOf('# The `Store` port: what, and why?')).toEqual(['the-store-port-what-and-why']);
  });
});
