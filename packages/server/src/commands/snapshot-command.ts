/** `rollcall snapshot`: saves what a running registry holds, and restores it into the directory of a stopped one. */
import {
  command,
  complain,
  connectionOptions,
  downloadSnapshot,
  exitCodes,
  isBrokenOff,
  Misuse,
  refusalOf,
  type Command,
  type ConnectionOptions,
  type Context,
} from '@rollcall/cli';
import { inGroup, isRollcallError, type OptionTable } from '@rollcall/core';
import { serveOptions } from '../options/options.js';
import { systemRandom } from '../shared/system-random.js';
import { openSnapshotFile, saveSnapshotFile } from './snapshot-file.js';
import { restoreLmdbStore } from '../stores/lmdb/restore.js';

/** A snapshot holds every namespace. */
type AskOptions = Omit<ConnectionOptions, 'namespace'>;

interface SnapshotOptions extends AskOptions {
  readonly data: string;
}

const { namespace, ...askOptions } = connectionOptions;

const snapshotOptions: OptionTable<SnapshotOptions> = {
  ...inGroup<AskOptions>('For save, the registry', askOptions),
  ...inGroup<Pick<SnapshotOptions, 'data'>>('For restore', {
    data: { ...serveOptions.data, help: 'The directory of the stopped registry to restore into.' },
  }),
};

const details = `save asks a running registry, and goes on while it works; behind a token file it takes a token that may operate everything. \
FILE is there as soon as it is whole. restore takes such a file into the directory of a registry that does not run.

  rollcall snapshot save backup.rollcall
  rollcall snapshot restore backup.rollcall --data ./rollcall-data`;

export const snapshotCommand: Command = command<SnapshotOptions>({
  name: 'snapshot',
  group: 'operate',
  operands: 'save|restore FILE',
  operandsMax: 2,
  summary: 'Saves what a running registry holds to a file, or restores a file into the directory of a stopped one.',
  details,
  options: snapshotOptions,
  run: snapshot,
});

async function snapshot(options: SnapshotOptions, operands: readonly string[], context: Context): Promise<number> {
  const [verb, file] = operands;
  if ((verb !== 'save' && verb !== 'restore') || file === undefined) {
    throw new Misuse('snapshot expects `save FILE` or `restore FILE`.');
  }
  try {
    context.output.write(`${verb === 'save' ? await save(file, options) : await restore(file, options)}\n`);
    return exitCodes.done;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return complain(context, refusal.lines, refusal.code);
  }
}

/** A log that is compacted past the snapshot while it is being sent breaks it off; the next attempt begins later. */
const ATTEMPTS_MAX = 3;

async function save(file: string, options: SnapshotOptions): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { entries, revision } = await saveSnapshotFile(file, downloadSnapshot({ ...options, namespace: namespace.default }));
      return `Saved ${entries} entries as of revision ${revision} to ${file}.`;
    } catch (error) {
      const brokenOff = isRollcallError(error, 'store-corrupt') || isBrokenOff(error);
      if (!brokenOff || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function restore(file: string, { data }: SnapshotOptions): Promise<string> {
  const snapshot = await openSnapshotFile(file);
  const restored = restoreLmdbStore({ directory: data, random: systemRandom, snapshot });
  const { entries, revision } = await restored.finally(() => snapshot.destroy());
  return `Restored ${entries} entries into ${data}; its log goes on at revision ${revision}, in a new epoch.`;
}
