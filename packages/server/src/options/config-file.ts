/** The file of `--config`: options by their names, in YAML or JSON. */
import { describe, isObject, type SettingsFile } from '@rollcall/core';
import { readFileText } from '../shared/file-text.js';
import { readYaml } from '../shared/yaml-text.js';

/** Far more than every option with a page of remarks on each. */
const CONFIG_BYTES_MAX = 262_144;

/** Never throws: what is wrong with the file is among its complaints. */
export async function readConfigFile(path: string): Promise<SettingsFile> {
  try {
    return readSettings(path, await readFileText(path, CONFIG_BYTES_MAX));
  } catch (error) {
    return { name: path, entries: [], complaints: [`${path} cannot be read: ${(error as Error).message}.`] };
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
