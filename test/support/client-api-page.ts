/** docs/reference/client-api.md, as it follows from what the client's packages export. */
import { join } from 'node:path';
import { apiOf } from './api-text.js';
import { repositoryRoot } from './repository.js';

const intro = `# The API of the client

Every name that \`@rollcall/client\` exports, with the text of its type: what a release may add to, and before 1.0.0 a minor version may break.
What they are for stands in [the client](../client.md), and beside each of them in the declarations that an editor shows.

It follows from the built declarations; a test compares them, so that nothing comes or goes unseen. \`npm run docs\` writes this page anew.`;

const entries = [
  { name: '@rollcall/client', file: 'packages/client/dist/index.d.ts' },
  { name: '@rollcall/client/axios', file: 'packages/client/dist/axios/adapter.d.ts' },
];

export function clientApiPage(): string {
  const sections = entries.map(({ name, file }) => {
    const api = [...apiOf(join(repositoryRoot, file))].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return `## ${name}\n\n\`\`\`text\n${api.map(([, text]) => text).join('\n')}\n\`\`\``;
  });
  return `${[intro, ...sections].join('\n\n')}\n`;
}
