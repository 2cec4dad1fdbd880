/** The file of `--config`: options by their names, in YAML or JSON. */
import { open } from 'node:fs/promises';
import { describe, isObject, type SettingsFile } from '@rollcall/core';
import { readYaml } from './shared/yaml-text.js';

/** Far more than every option with a page of remarks on each. */
const CONFIG_BYTES_MAX = 262_144;

/** Never throws: what is wrong with the file is among its complaints. */
export async function readConfigFile(path: string): Promise<SettingsFile> {
  try {
    return readSettings(path, await textIn(path));
  } catch (error) {
    return { name: path, entries: [], complaints: [`${path} cannot be read: ${reasonOf(error)}.`] };
  }
}

/** No more than the bound is ever read, whatever the file is. */
async function textIn(path: string): Promise<string> {
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(CONFIG_BYTES_MAX + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await file.read(bytes, length, bytes.length - length)).bytesRead;
    }
    if (length > CONFIG_BYTES_MAX) throw new Error(`it is longer than ${CONFIG_BYTES_MAX} bytes`);
    return bytes.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}

/** What the text says. An empty one says nothing, which is allowed. */
export function readSettings(name: string, text: string): SettingsFile {
  const { documents, faults } = readYaml(text);
  const complaints = faults.map(({ line, message }) => `${name}, line ${line}: ${message}.`);
  const [document, second] = documents;
  if (document === undefined) return { name, entries: [], complaints };
  if (second !== undefined) return { name, entries: [], complaints: [`${name}, line ${second.line}: a second document is one too many.`] };
  const { value, line, lineOf } = document;
  if (value === null) return { name, entries: [], complaints };
  if (!isObject(value)) {
    const came = describe(value);
    return {
      name,
      entries: [],
      complaints: [`${name}, line ${line}: it holds ${came}; allowed are names with values, such as http: 8500.`],
    };
  }
  return { name, entries: Object.entries(value).map(([key, one]) => ({ key, value: one, line: lineOf([key]) })), complaints };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? message;
}
