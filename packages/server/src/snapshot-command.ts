/** `rollcall snapshot`: saves what a running registry holds, and restores it into the directory of a stopped one. */
import { command, connectionOptions, connectOptions, exitCodes, Misuse, type Command, type Context } from '@rollcall/cli';
import { isRollcallError, type OptionTable, type ValueKind } from '@rollcall/core';
import { serveOptions } from './options.js';
import { systemRandom } from './shared/system-random.js';
import { readSnapshotFile, saveSnapshotFile } from './snapshot-file.js';
import { restoreLmdbStore } from './stores/lmdb/restore.js';

interface SnapshotOptions {
  readonly url: string;
  readonly token: string | null;
  readonly tokenFile: string | null;
  readonly data: string;
}

const url: ValueKind<string> = {
  allowed: 'the URL of a running registry, such as http://localhost:8500',
  parse: (text) => (typeof text === 'string' && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
};

const { group: _ofServe, ...dataOption } = serveOptions.data;
const { group: _ofToken, ...tokenOption } = connectionOptions.token;
const { group: _ofTokenFile, ...tokenFileOption } = connectionOptions.tokenFile;

const snapshotOptions: OptionTable<SnapshotOptions> = {
  url: {
    flag: 'url',
    placeholder: 'URL',
    kind: url,
    default: 'http://localhost:8500',
    defaultText: 'http://localhost:8500',
    help: 'For save: the registry to save from.',
  },
  token: tokenOption,
  tokenFile: tokenFileOption,
  data: { ...dataOption, help: 'For restore: the directory of the stopped registry to restore into.' },
};

export const snapshotCommand: Command = command<SnapshotOptions>({
  name: 'snapshot',
  group: 'operate',
  operands: 'save|restore FILE',
  operandsMax: 2,
  summary: 'Saves what a running registry holds to a file, or restores a file into the directory of a stopped one.',
  options: snapshotOptions,
  run: snapshot,
});

async function snapshot(options: SnapshotOptions, operands: readonly string[], { output }: Context): Promise<number> {
  const [verb, file] = operands;
  if ((verb !== 'save' && verb !== 'restore') || file === undefined) {
    throw new Misuse('snapshot expects `save FILE` or `restore FILE`.');
  }
  output.write(`${verb === 'save' ? await save(file, options) : await restore(file, options)}\n`);
  return exitCodes.done;
}

/** A log that is compacted past the snapshot while it is being sent breaks it off; the next attempt begins later. */
const ATTEMPTS_MAX = 3;

async function save(file: string, options: SnapshotOptions): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { entries, revision } = await saveSnapshotFile(file, fetchSnapshot(options));
      return `Saved ${entries} entries as of revision ${revision} to ${file}.`;
    } catch (error) {
      const brokenOff = isRollcallError(error, 'store-corrupt') || (error instanceof Error && error.message === 'terminated');
      if (!brokenOff || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function* fetchSnapshot(options: SnapshotOptions): AsyncGenerator<Uint8Array> {
  const registry = options.url;
  const response = await fetch(new URL('/snapshot', registry), { headers: authorization(options) }).catch((error: unknown) => {
    throw new Error(`${registry} does not answer. Is it running? Choose it with --url.`, { cause: error });
  });
  if (response.status === 401 || response.status === 403) {
    throw new Error(
      `${registry} answers ${response.status}: a snapshot takes a token that may operate everything. Say it with --token-file.`,
    );
  }
  if (!response.ok || response.body === null) throw new Error(`${registry} answers ${response.status} instead of a snapshot.`);
  yield* response.body;
}

function authorization(options: SnapshotOptions): Readonly<Record<string, string>> {
  const defaults = { namespace: connectionOptions.namespace.default, timeoutMs: connectionOptions.timeoutMs.default };
  const { token } = connectOptions({ ...defaults, ...options, caFile: null, certFile: null, keyFile: null });
  if (token === undefined) return {};
  return { authorization: `Bearer ${typeof token === 'function' ? token() : token}` };
}

async function restore(file: string, { data }: SnapshotOptions): Promise<string> {
  const { entries, revision } = await restoreLmdbStore({ directory: data, random: systemRandom, snapshot: readSnapshotFile(file) });
  return `Restored ${entries} entries into ${data}; its log goes on at revision ${revision}, in a new epoch.`;
}
