/** What the documents say exists, exists; and what exists and must be documented, is. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { errorCatalogue } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf } from './support/markdown.js';
import { ourFiles, repositoryRoot, textOf } from './support/repository.js';

const documents = ourFiles().filter((path) => path.endsWith('.md'));

describe('documents', () => {
  it('link only to what is there', () => {
    const broken = documents.flatMap((path) =>
      linksOf(textOf(path))
        .filter((link) => !leadsSomewhere(path, link))
        .map((link) => `${path} links to ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('name only files and folders that are there', () => {
    const named = documents.flatMap((path) => pathsIn(textOf(path)).map((named) => ({ path, named })));
    expect(named.filter(({ named }) => !existsSync(join(repositoryRoot, named)))).toEqual([]);
  });

  it('name only scripts that package.json has', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const named = documents.flatMap((path) =>
      [...textOf(path).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map((match) => ({ path, script: match[1] ?? match[2] ?? '' })),
    );
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });
});

describe('docs/README.md', () => {
  it('leads to every page', () => {
    const led = new Set(linksOf(textOf('docs/README.md')).map((link) => posix.join('docs', link.split('#')[0] ?? '')));
    const lost = documents.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md' && !led.has(path));
    expect(lost).toEqual([]);
  });
});

describe('docs/reference/errors.md', () => {
  const documented = [...textOf('docs/reference/errors.md').matchAll(/^### `([\w-]+)`$/gm)].map((match) => match[1] ?? '');

  it('has a section for every code of the catalogue, and for no other', () => {
    expect(documented.toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });

  it.each(Object.entries(errorCatalogue))('says of %s what the catalogue says', (code, { meaning, retryable, outcome }) => {
    const section = textOf('docs/reference/errors.md')
      .split(/^### /m)
      .find((text) => text.startsWith(`\`${code}\`\n`));
    expect(section).toContain(
      `${meaning} (${retryable ? 'retryable' : 'not retryable'}; ${outcome === 'refused' ? 'nothing happened' : 'outcome unknown'})`,
    );
  });
});

/** What stands in code quotes and looks like a path from the root. */
function pathsIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/`((?:packages|test|scripts|docs|bench|\.ci)\/[\w./-]*)`/g)].map((match) => match[1] ?? '');
}

function leadsSomewhere(from: string, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return true;
  const [target = '', anchor] = link.split('#');
  const path = target === '' ? from : posix.join(posix.dirname(from), decodeURI(target));
  if (!existsSync(join(repositoryRoot, path))) return false;
  return anchor === undefined || anchorsOf(textOf(path)).includes(anchor);
}
