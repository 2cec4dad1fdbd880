/**
 * What a file says about options, as plain data: whoever reads the file knows its format, and whoever reads this knows
 * only names, values and places.
 */
import { canBeInFile, type Option } from './option.js';
import { suggestion } from './nearest.js';

export interface SettingsFile {
  /** As it is spoken of in complaints. */
  readonly name: string;
  /** No two of the same key. */
  readonly entries: readonly SettingsEntry[];
  /** What is wrong with the file itself, in sentences. */
  readonly complaints: readonly string[];
}

export interface SettingsEntry {
  /** An option's flag, without the dashes. */
  readonly key: string;
  readonly value: unknown;
  readonly line: number;
}

export function placeOf({ name }: SettingsFile, { line }: SettingsEntry): string {
  return `${name}, line ${line}`;
}

/** Keys that are no option's, or of one that has no place in a file. */
export function strangeKeys(file: SettingsFile, options: readonly Option<unknown>[]): readonly string[] {
  const keys = options.filter(canBeInFile).map(({ flag }) => flag);
  return file.entries
    .filter(({ key }) => !keys.includes(key))
    .map((entry) => {
      const typed = options.some(({ flag }) => flag === entry.key);
      if (typed) return `${entry.key} (${placeOf(file, entry)}) cannot stand in the file; say it on the command line.`;
      return `${entry.key} (${placeOf(file, entry)}) is not known.${suggestion(entry.key, keys)}`;
    });
}

/** A value of the file as it would be typed; `undefined` for one that nobody could type. */
export function asTyped(value: unknown, { form }: Pick<Option<unknown>, 'form'>): string | readonly string[] | undefined {
  if (form !== 'list') return scalarText(value);
  const texts = (Array.isArray(value) ? value : [value]).map(scalarText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
