/** The house rules that a program can check. Each message says where, and what would be better. */
import { describe, expect, it } from 'vitest';
import { allowances, ambient } from './support/allowances.js';
import { isCode, isTestCode, linesOf, ourFiles, textOf } from './support/repository.js';
import { functionsOf, mentionsOf } from './support/syntax.js';

const FILE_LINES_MAX = 310;
const FUNCTION_LINES_MAX = 60;

const files = ourFiles();
const code = files.filter(isCode);
/** What runs at a user's; tests, benchmarks and scripts may look at the clock. */
const shipped = code.filter((path) => path.startsWith('packages/') && !isTestCode(path));
const prose = files.filter((path) => !/\.(png|ico|woff2?)$/.test(path) && path !== 'LICENSE' && path !== 'package-lock.json');

describe('a file', () => {
  it(`has at most ${FILE_LINES_MAX} lines`, () => {
    const long = code.map((path) => ({ path, lines: linesOf(textOf(path)).length })).filter(({ lines }) => lines > FILE_LINES_MAX);
    expect(long.map(({ path, lines }) => `${path} has ${lines} lines; which of its nouns could have a file of its own?`)).toEqual([]);
  });

  it('begins with a sentence that says what it is', () => {
    const opening = /^(#!.*\n)?(\/\*\*?[\s*]*|\/\/ ?)[^\s*][^]*?[.:?!]\s/;
    // A test's `describe` says it already.
    const mute = code.filter((path) => !path.endsWith('.test.ts') && !opening.test(textOf(path)));
    expect(mute.map((path) => `${path} begins without a comment; say in a sentence what a reader will find`)).toEqual([]);
  });

  it('is named after what it is, and so is its folder', () => {
    const drawer = /(^|\/)(utils?|helpers?|common|misc|stuff|lib)(\.[^/]*)?(\/|$)/i;
    const drawers = files.filter((path) => drawer.test(path));
    expect(drawers.map((path) => `${path}: anything fits into a drawer of that name; name it after the one thing that it is`)).toEqual([]);
  });
});

describe('a function', () => {
  it(`has at most ${FUNCTION_LINES_MAX} lines of its own`, () => {
    const long = code
      .flatMap((path) => functionsOf(path).map((one) => ({ path, ...one })))
      .filter(({ ownLines }) => ownLines > FUNCTION_LINES_MAX);
    expect(long.map(({ path, line, ownLines }) => `${path}:${line} has ${ownLines} lines; give its steps names`)).toEqual([]);
  });
});

describe('time and chance', () => {
  const names = new Set(ambient.keys());
  const mentions = shipped.flatMap((path) => mentionsOf(path, names).map((mention) => ({ path, ...mention })));

  it('are passed in', () => {
    const offences = mentions.filter(({ path, name }) => !allowances.some(({ file, uses }) => file === path && uses.includes(name)));
    expect(
      offences.map(
        ({ path, line, name }) =>
          `${path}:${line} uses ${name}; ${ambient.get(name)}, or allow it in test/support/allowances.ts with the reason`,
      ),
    ).toEqual([]);
  });

  it('come in nowhere else than allowed', () => {
    const unused = allowances.flatMap(({ file, uses }) =>
      uses
        .filter((use) => !mentions.some(({ path, name }) => path === file && name === use))
        .map((use) => `${file} no longer uses ${use}; remove the allowance`),
    );
    expect(unused).toEqual([]);
  });
});

describe('the text', () => {
  const betterNot: readonly { readonly what: string; readonly pattern: RegExp; readonly because: string }[] = [
    { what: 'a half-done merge', pattern: /^(<{7} |>{7} |={7}$)/, because: 'whoever merged did not decide' },
    { what: 'a lonely test', pattern: /\b(describe|it|test)\.only\(/, because: 'the other tests no longer run' },
    {
      what: 'paths of one machine',
      pattern: /(?<![\w.…*-])\/(work|root|home|Users)\/\w/,
      because: 'they mean nothing on another',
    },
    {
      what: 'addresses of package registries',
      pattern: /\b(npmjs|yarnpkg|npmmirror|jsr)\.(org|com|io)\b|\b(artifactory|verdaccio)\b/i,
      because: 'where packages come from is for each machine to say',
    },
    {
      what: 'notes to be understood elsewhere',
      pattern: /\b(issue|ticket|task|bug) #?\d+\b|\b(TODO|FIXME|XXX)\b/,
      because: 'a reader has only the repository; say the reason itself, or do it',
    },
  ];
  const judged = prose.filter((path) => path !== 'test/tidy.test.ts');

  it.each(betterNot)('is free of $what', ({ pattern, because }) => {
    const offences = judged.flatMap((path) =>
      linesOf(textOf(path)).flatMap((line, at) => {
        const found = pattern.exec(line);
        return found === null ? [] : [`${path}:${at + 1} says ${found[0]}: ${because}`];
      }),
    );
    expect(offences).toEqual([]);
  });

  it('of the lock file names no address to download from', () => {
    expect(textOf('package-lock.json')).not.toMatch(/"resolved": "[a-z+]+:/);
  });
});
