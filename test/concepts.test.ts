/** The numbers that docs/concepts and docs/deploy.md speak of are those of the code. */
import {
  DEREGISTER_AFTER_DEFAULT_MS,
  DEREGISTER_AFTER_MAX_MS,
  TTL_DEFAULT_MS,
  TTL_MAX_MS,
  TTL_MIN_MS,
  formatDuration,
  usualGuard,
  usualPanicRule,
} from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { serveOptions } from 'rollcall/parts';
import { textOf } from './support/repository.js';

/** As the pages write it: `30 s`. */
const written = (ms: number): string => formatDuration(ms).replace(/(?<=\d)(?=[a-z])/, ' ');
const percent = (share: number): string => `${share * 100} %`;
/** A constant that is nobody else's business, by its name. */
const constantIn = (path: string, name: string): number => {
  const [, expression = ''] = new RegExp(`\\b${name}(?:: number)? = ([\\d_* ]+);`).exec(textOf(path)) ?? [];
  return expression.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1);
};

const ttl = written(TTL_DEFAULT_MS);
const after = written(DEREGISTER_AFTER_DEFAULT_MS);
const writeWithinMs = constantIn('packages/core/src/registrar/deadline.ts', 'WRITE_WITHIN_MS');
const stopMs = constantIn('packages/server/src/lifecycle.ts', 'STOP_MS_MAX');

const sentences: readonly (readonly [page: string, words: string])[] = [
  ['liveness', `| ${ttl} | ${formatDuration(TTL_MIN_MS).replace('ms', ' ms')} – ${TTL_MAX_MS / 3_600_000} h`],
  ['liveness', `| ${after} where it beats, else never | 0 s – ${written(DEREGISTER_AFTER_MAX_MS)}, or \`none\``],
  [
    'guard-and-panic',
    `Within ${usualGuard.windowMs / 60_000} minutes at most \`max(${usualGuard.departuresMin}, ${percent(usualGuard.share)})\``,
  ],
  ['guard-and-panic', `at least ${usualPanicRule.eligibleMin} instances that could be tried`],
  ['what-happens-when', `told after ${ttl}`],
  ['what-happens-when', `listed for ${after} more`],
  ['what-happens-when', `after ${after} more ${percent(usualGuard.share)} depart`],
  ['consistency', 'did not answer within five seconds'],
  ['../deploy', 'finishes its requests within nine seconds'],
  ['../deploy', `24 hours or ${serveOptions.historyRevisionsMax.default.toLocaleString('en')} revisions`],
];

describe('the numbers', () => {
  it.each(sentences)('of %s: %s', (page, words) => {
    expect(textOf(`docs/concepts/${page}.md`).replaceAll(/\s+/g, ' ')).toContain(words);
  });

  it('that are written in words', () => {
    expect({ writeWithinMs, stopMs }).toEqual({ writeWithinMs: 5000, stopMs: 9000 });
    expect(usualPanicRule.belowShare).toBe(0.5);
    expect(serveOptions.historyAgeMaxMs.default).toBe(24 * 3_600_000);
  });
});
