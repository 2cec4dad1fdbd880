/** The options of `rollcall serve`: one table, from which flags, environment, validation and help follow. */
import { isIP } from 'node:net';
import { digitsKind, durationKind, Host, wordKind, type OptionTable, type ValueKind } from '@rollcall/core';
import { answerCacheOption, connectionsOption, corsOriginOption, httpOption } from './doors/http/config.js';
import { watchersOption } from './faces/native/config.js';
import { guardOptions, type GuardOptions } from './guard-options.js';
import { defaultHistory } from './shared/auto-compaction.js';

export interface ServeOptions extends GuardOptions {
  /** The directory of the embedded store. */
  readonly data: string;
  readonly store: 'embedded' | 'memory';
  readonly bind: string;
  readonly http: number;
  readonly connectionsMax: number;
  readonly corsOrigins: readonly string[];
  readonly answerCacheBytesMax: number;
  readonly watchersMax: number;
  readonly historyRevisionsMax: number;
  readonly historyAgeMaxMs: number;
}

const SECOND_MS = 1000;
const YEAR_MS = 365 * 24 * 60 * 60 * SECOND_MS;

const directory: ValueKind<string> = {
  allowed: 'the path of a directory',
  parse: (text) => (typeof text === 'string' && text !== '' && !text.includes('\0') ? text : undefined),
};

const listenAddress: ValueKind<string> = {
  allowed: 'an IP address of this machine (0.0.0.0 for all of them), or a name that leads to one',
  parse: (text) => (typeof text === 'string' && isIP(text) !== 0 ? text : Host.parse(text)),
};

const age: ValueKind<number> = { allowed: 'a duration from 1s to 365d, such as 24h', parse: durationKind(SECOND_MS, YEAR_MS).parse };

export const serveOptions: OptionTable<ServeOptions> = {
  data: {
    flag: 'data',
    placeholder: 'DIR',
    kind: directory,
    default: './rollcall-data',
    defaultText: './rollcall-data',
    help: 'Where the embedded store keeps its file.',
  },
  store: {
    flag: 'store',
    placeholder: 'ENGINE',
    kind: wordKind(['embedded', 'memory']),
    default: 'embedded',
    defaultText: 'embedded',
    help: 'embedded: on disk, for one machine. memory: forgotten at the end.',
  },
  bind: {
    flag: 'bind',
    placeholder: 'ADDR',
    kind: listenAddress,
    default: '127.0.0.1',
    defaultText: '127.0.0.1',
    help: 'The address that the doors listen on. There is no access control yet.',
  },
  http: httpOption,
  connectionsMax: connectionsOption,
  corsOrigins: corsOriginOption,
  answerCacheBytesMax: answerCacheOption,
  watchersMax: watchersOption,
  historyRevisionsMax: {
    flag: 'history-revisions',
    placeholder: 'N',
    kind: digitsKind('a whole number from 1 to 100000000', 1, 100_000_000),
    default: defaultHistory.revisionsMax,
    defaultText: String(defaultHistory.revisionsMax),
    help: 'How many revisions watchers can come back over.',
  },
  historyAgeMaxMs: {
    flag: 'history-age',
    placeholder: 'DURATION',
    kind: age,
    default: defaultHistory.ageMaxMs,
    defaultText: '24h',
    help: 'How old revisions may become.',
  },
  ...guardOptions,
};
