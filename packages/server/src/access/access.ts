/** Access control as it runs: nobody is asked where nobody said so, and otherwise the token file says who may do what. */
import { stat } from 'node:fs/promises';
import { openAccess, type AccessControl, type Log } from '@rollcall/core';
import { readFileText } from '../shared/file-text.js';
import { certificatesOnly, RuledAccess } from './rules.js';
import { readTokenFile } from './token-file.js';

/** Ten thousand rows of a hundred characters, twice. */
const FILE_BYTES_MAX = 2 * 1024 * 1024;

/** Somebody besides the owner may read it. */
const READABLE_BY_OTHERS = 0o044;

export interface AccessSources {
  readonly tokenFile: string | null;
  /** Certificates are asked for, so that they alone may say who somebody is. */
  readonly tlsClientCa: string | null;
  readonly trustLoopback: boolean;
  readonly log: Log;
}

export interface Access {
  readonly control: AccessControl;
  /** Throws what is wrong with the file. */
  load(): Promise<void>;
  /** Whatever is wrong with the file: then the rules from before stay in force, and the log says so. */
  reload(): Promise<void>;
}

export function accessOf({ tokenFile, tlsClientCa, trustLoopback, log }: AccessSources): Access {
  if (tokenFile === null && tlsClientCa === null) return { control: openAccess, load: nothingToDo, reload: nothingToDo };
  const control = new RuledAccess({ trustLoopback });
  if (tokenFile === null) {
    control.rules = certificatesOnly;
    return { control, load: nothingToDo, reload: nothingToDo };
  }
  const load = async (): Promise<void> => {
    const { rules, hasSecrets, remarks } = readTokenFile(tokenFile, await textOf(tokenFile));
    for (const remark of remarks) log.warn(remark);
    if (hasSecrets) await warnOfReaders(tokenFile, log);
    control.rules = rules;
  };
  const reload = async (): Promise<void> => {
    try {
      await load();
      log.info('the token file was read anew', { file: tokenFile, tokens: control.size });
    } catch (error) {
      log.error('the token file cannot be used; the rules from before stay in force', { reason: (error as Error).message });
    }
  };
  return { control, load, reload };
}

const nothingToDo = (): Promise<void> => Promise.resolve();

async function textOf(path: string): Promise<string> {
  try {
    return await readFileText(path, FILE_BYTES_MAX);
  } catch (error) {
    throw new Error(`--token-file ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

/** Hashes of long secrets may be seen by anybody; the secrets themselves may not. */
async function warnOfReaders(path: string, log: Log): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & READABLE_BY_OTHERS) === 0) return;
  log.warn('the token file holds secrets and can be read by others than its owner; chmod 600, or keep only their sha256', { file: path });
}
