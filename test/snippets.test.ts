/** Every block of every document, by what it claims to be (the convention: support/snippets.ts). */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry, type EmbeddedRegistry } from 'rollcall';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectionsToPicture } from './support/mermaid.js';
import { describeWith } from './support/program.js';
import { ourFiles, repositoryRoot, textOf } from './support/repository.js';
import { isJson, matchesOutput, snippetsOf, type Example, type Snippets } from './support/snippets.js';
import { DNS_PORT, settingsComplaints, typeComplaints, typed } from './support/typed.js';

const pages = ourFiles()
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, snippets: snippetsOf(textOf(path)) }));
const withExamples = pages.filter(({ snippets }) => snippets.examples.length > 0);

beforeAll(() => {
  // The shell's `rollcall` is the built one. No-op after `npm test`.
  const ensured = spawnSync(process.execPath, ['scripts/ensure.mjs'], { cwd: repositoryRoot, encoding: 'utf8' });
  if (ensured.status !== 0) throw new Error(ensured.stderr);
}, 120_000);

describeWith(['curl', 'bash', 'dig'], 'the examples', () => {
  describe.each(withExamples)('of $path', ({ path, snippets }) => {
    let registry: EmbeddedRegistry;
    let directory: string;
    beforeAll(async () => {
      registry = await startRegistry(textOf(path).includes(`-p ${DNS_PORT}`) ? { dns: 0 } : {});
      directory = await mkdtemp(join(tmpdir(), 'rollcall-page-'));
    });
    afterAll(async () => {
      await registry?.close();
      await rm(directory, { recursive: true, force: true });
    });

    it.each(snippets.examples.map((example) => ({ ...example, name: `line ${example.line}` })))('$name', async (example) => {
      const { output, complaint } = await typed(example, { registry: registry.url, dns: registry.dns, directory }, keyOf(path, example));
      // An example that shows an answer may show a refusal.
      if (example.expected === undefined) expect(complaint, output).toBe('');
      else if (!matchesOutput(example.expected, output)) expect(`${output}${complaint}`).toBe(example.expected.text);
    });
  });
});

describe('the programs', () => {
  it('are sound TypeScript', () => {
    const programs = pages.flatMap(({ path, snippets }) =>
      snippets.examples.filter(({ language }) => language === 'ts').map((example) => [keyOf(path, example), example] as const),
    );
    expect(typeComplaints(new Map(programs))).toBe('');
  });
});

describe('what is not run', () => {
  const all = <Piece>(pick: (snippets: Snippets) => readonly Piece[]): readonly { readonly path: string; readonly piece: Piece }[] =>
    pages.flatMap(({ path, snippets }) => pick(snippets).map((piece) => ({ path, piece })));

  it('is of the few kinds that need no running', () => {
    expect(all(({ unknown }) => unknown).map(({ path, piece }) => `${path}:${piece}`)).toEqual([]);
  });

  it('is a part of the file that it names', () => {
    const strayed = all(({ quotes }) => quotes).filter(
      ({ piece: { file, text } }) => !existsSync(join(repositoryRoot, file)) || !textOf(file).includes(text),
    );
    expect(strayed.map(({ path, piece }) => `${path}:${piece.line} is not in ${piece.file}`)).toEqual([]);
  });

  it('is JSON where it says so', () => {
    const broken = all(({ data }) => data).filter(({ piece }) => !isJson(piece.text));
    expect(broken.map(({ path, piece }) => `${path}:${piece.line}`)).toEqual([]);
  });

  it('is a file of options where it is YAML', () => {
    const complaints = all(({ settings }) => settings).map(({ path, piece }) => settingsComplaints(piece.text) && `${path}:${piece.line}`);
    expect(complaints.filter((complaint) => complaint !== '')).toEqual([]);
  });

  it('is a picture where it says so', () => {
    const objections = all(({ pictures }) => pictures).flatMap(({ path, piece }) =>
      objectionsToPicture(piece.text).map((objection) => `${path}:${piece.line}: ${objection}`),
    );
    expect(objections).toEqual([]);
  });
});

function keyOf(path: string, { line }: Example): string {
  return `${path.replaceAll(/[^\w]/g, '-')}-${line}`;
}
