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
const keeper = 'packages/server/src/view-snapshot/keeper.ts';
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
  ['when-etcd-is-away', 'silent for up to six seconds'],
  ['when-etcd-is-away', 'wait for five seconds at most'],
  ['when-etcd-is-away', 'two seconds after etcd was lost'],
  ['when-etcd-is-away', 'five seconds after it has read the log, then when something has changed, once a minute at most'],
  ['when-etcd-is-away', 'unchanged every fifteen minutes'],
  ['when-etcd-is-away', 'more than 24 hours old'],
  ['../deploy', 'finishes its requests within nine seconds'],
  ['../deploy', `24 hours or ${serveOptions.historyRevisionsMax.default.toLocaleString('en')} revisions`],
];

describe('the numbers', () => {
  it.each(sentences)('of %s: %s', (page, words) => {
    expect(textOf(`docs/concepts/${page}.md`).replaceAll(/\s+/g, ' ')).toContain(words);
  });

  it('that are written in words', () => {
    const tellStaleAfterMs = constantIn('packages/server/src/faces/native/staleness.ts', 'TELL_AFTER_MS');
    const silentMs =
      constantIn('packages/server/src/stores/etcd/contact.ts', 'LOOK_MS') *
      (1 + constantIn('packages/server/src/stores/etcd/contact.ts', 'SILENT_LOOKS_MAX'));
    expect({ tellStaleAfterMs, silentMs }).toEqual({ tellStaleAfterMs: 2000, silentMs: 6000 });
    const keptMs = ['FIRST_AFTER_MS', 'EVERY_MS', 'UNCHANGED_EVERY_MS'].map((name) => constantIn(keeper, name));
    const ageMaxMs = constantIn('packages/server/src/view-snapshot/usable.ts', 'VIEW_AGE_MAX_MS');
    expect({ keptMs, ageMaxMs }).toEqual({ keptMs: [5000, 60_000, 900_000], ageMaxMs: 24 * 3_600_000 });
    expect({ writeWithinMs, stopMs }).toEqual({ writeWithinMs: 5000, stopMs: 9000 });
    expect(usualPanicRule.belowShare).toBe(0.5);
    expect(serveOptions.historyAgeMaxMs.default).toBe(24 * 3_600_000);
  });
});
