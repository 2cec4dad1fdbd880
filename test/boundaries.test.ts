/** Imports run one way only: the table in support/import-table.ts holds for every file, and ARCHITECTURE.md shows it truly. */
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alsoForTests, importTable, isWithin, renderedTable, roomOf, rowOf } from './support/import-table.js';
import { isCode, isTestCode, ourFiles, textOf } from './support/repository.js';
import { importsOf } from './support/syntax.js';

const code = ourFiles('packages').filter(isCode);

describe('the import table', () => {
  it('is kept by every file', () => {
    expect(code.flatMap(offencesOf)).toEqual([]);
  });

  it('has a room for every file', () => {
    expect(code.filter((path) => rowOf(path) === undefined)).toEqual([]);
  });

  it.each(importTable)('has a file in $room', ({ room }) => {
    expect(code.filter((path) => isWithin(path, room))).not.toEqual([]);
  });

  it('is the one that ARCHITECTURE.md shows', () => {
    const [firstLine = ''] = renderedTable().split('\n');
    const shown = textOf('ARCHITECTURE.md')
      .split('\n\n')
      .find((paragraph) => paragraph.startsWith(firstLine));
    expect(shown).toBe(renderedTable());
  });
});

describe('tests, benchmarks and examples', () => {
  it('go through public entries', () => {
    const outside = ['test', 'bench', 'scripts', 'examples', 'interop'].flatMap((folder) =>
      ourFiles().filter((path) => path.startsWith(`${folder}/`)),
    );
    const offences = outside.filter(isCode).flatMap((path) =>
      importsOf(path)
        .filter(({ name }) => name.startsWith('.') && posix.join(posix.dirname(path), name).startsWith('packages/'))
        .map(({ name, line }) => `${path}:${line} reaches into ${name}; import the package by its name instead`),
    );
    expect(offences).toEqual([]);
  });
});

function offencesOf(path: string): readonly string[] {
  return importsOf(path).flatMap(({ name, line }) => {
    const reason = objectionTo(path, name);
    return reason === null ? [] : [`${path}:${line} imports ${name}: ${reason}`];
  });
}

function objectionTo(path: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return objectionToOurs(path, posix.join(posix.dirname(path), specifier), true);
  // The server is what people install, so its package carries the product's name.
  if (specifier === 'rollcall' || specifier.startsWith('rollcall/')) return objectionToOurs(path, `packages/server/src`, false);
  if (specifier.startsWith('@rollcall/')) return objectionToOurs(path, `packages/${specifier.slice('@rollcall/'.length)}`, false);
  const granted = [...(rowOf(path)?.others ?? []), ...(isTestCode(path) ? alsoForTests.others : [])];
  const fits = granted.some((other) =>
    other === 'node:' ? specifier.startsWith(other) : specifier === other || specifier.startsWith(`${other}/`),
  );
  return fits ? null : `${roomOf(path)} may import of others only ${granted.join(', ') || 'nothing'}`;
}

function objectionToOurs(path: string, built: string, relative: boolean): string | null {
  // The shim in bin imports what was built.
  const target = built.replace('/dist/', '/src/');
  if (roomOf(path) === roomOf(target)) return null;
  if (relative && packageOf(path) !== packageOf(target) && !target.startsWith('test/support/')) return 'import another package by its name';
  const granted = [...(rowOf(path)?.ours ?? []), ...(isTestCode(path) ? alsoForTests.ours : [])];
  return granted.some((room) => isWithin(target, room))
    ? null
    : `${roomOf(path)} may import of ours only ${granted.join(', ') || 'nothing'}; what two rooms need moves to server/src/shared`;
}

function packageOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}
