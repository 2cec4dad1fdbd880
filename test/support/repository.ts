/** The repository as its own tests see it: where it stands and which files are ours. Paths are relative to its root, with `/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot: string = fileURLToPath(new URL('../..', import.meta.url));

/** What is made, fetched or somebody's own, not written here. */
const foreignFolders = new Set(['.git', '.idea', '.vscode', 'coverage', 'dist', 'node_modules', 'rollcall-data']);

export function textOf(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

/** Every file of ours, sorted; the working tree as it is, so that a file counts before anybody has committed it. */
export function ourFiles(folder = ''): readonly string[] {
  const entries = readdirSync(join(repositoryRoot, folder), { withFileTypes: true });
  const paths = entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return foreignFolders.has(entry.name) ? [] : ourFiles(path);
    return [path];
  });
  return paths.toSorted();
}

export function isCode(path: string): boolean {
  return /\.(ts|mts|js|mjs)$/.test(path);
}

/** Code that a test runner starts, or that only tests import. */
export function isTestCode(path: string): boolean {
  return /\.(test|fixture)\.ts$/.test(path) || path.startsWith('test/');
}

export function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}
