/** `rollcall snapshot`: saves what a running registry holds, and restores it into the directory of a stopped one. */
import { isRollcallError, type ValueKind } from '@rollcall/core';
import { optionsHelp, readOptions, type Environment } from './command-line.js';
import { serveOptions } from './options.js';
import type { OptionTable } from './shared/option.js';
import { systemRandom } from './shared/system-random.js';
import { readSnapshotFile, saveSnapshotFile } from './snapshot-file.js';
import { restoreLmdbStore } from './stores/lmdb/restore.js';

interface SnapshotOptions {
  readonly url: string;
  readonly data: string;
}

const url: ValueKind<string> = {
  allowed: 'the URL of a running registry, such as http://localhost:8500',
  parse: (text) => (typeof text === 'string' && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
};

const snapshotOptions: OptionTable<SnapshotOptions> = {
  url: {
    flag: 'url',
    placeholder: 'URL',
    kind: url,
    default: 'http://localhost:8500',
    defaultText: 'http://localhost:8500',
    help: 'For save: the registry to save from.',
  },
  data: { ...serveOptions.data, help: 'For restore: the directory of the stopped registry to restore into.' },
};

export const snapshotUsage = 'rollcall snapshot save|restore FILE [OPTIONS]';

export function snapshotHelp(): string {
  return `Options (a flag beats the environment):\n${optionsHelp(snapshotOptions)}`;
}

export interface SnapshotOutcome {
  /** What was done, in a sentence. */
  readonly done?: string;
  /** What was typed makes no sense. */
  readonly complaints?: readonly string[];
}

/** Throws what went wrong in the doing. */
export async function snapshot(args: readonly string[], environment: Environment): Promise<SnapshotOutcome> {
  const { values, operands, complaints } = readOptions<SnapshotOptions>(snapshotOptions, args, environment);
  const [verb, file, ...rest] = operands;
  const all = [...complaints, ...rest.map((operand) => `${JSON.stringify(operand)} is not expected here.`)];
  if ((verb !== 'save' && verb !== 'restore') || file === undefined) all.push(`Usage: ${snapshotUsage}`);
  if (all.length > 0 || file === undefined) return { complaints: all };
  return { done: verb === 'save' ? await save(file, values) : await restore(file, values) };
}

/** A log that is compacted past the snapshot while it is being sent breaks it off; the next attempt begins later. */
const ATTEMPTS_MAX = 3;

async function save(file: string, options: SnapshotOptions): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { entries, revision } = await saveSnapshotFile(file, fetchSnapshot(options.url));
      return `Saved ${entries} entries as of revision ${revision} to ${file}.`;
    } catch (error) {
      const brokenOff = isRollcallError(error, 'store-corrupt') || (error instanceof Error && error.message === 'terminated');
      if (!brokenOff || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function* fetchSnapshot(registry: string): AsyncGenerator<Uint8Array> {
  const response = await fetch(new URL('/snapshot', registry)).catch((error: unknown) => {
    throw new Error(`${registry} does not answer. Is it running? Choose it with --url.`, { cause: error });
  });
  if (!response.ok || response.body === null) throw new Error(`${registry} answers ${response.status} instead of a snapshot.`);
  yield* response.body;
}

async function restore(file: string, { data }: SnapshotOptions): Promise<string> {
  const { entries, revision } = await restoreLmdbStore({ directory: data, random: systemRandom, snapshot: readSnapshotFile(file) });
  return `Restored ${entries} entries into ${data}; its log goes on at revision ${revision}, in a new epoch.`;
}
