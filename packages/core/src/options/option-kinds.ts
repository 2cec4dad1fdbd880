/** Kinds of values as they are typed: text in, value out. */
import { durationKind, formatDuration } from '../catalog/duration.js';
import { describe, type FieldProblem, type ValueKind } from '../catalog/value-kind.js';

/** A kind of value that comes as digits. */
export function digitsKind(allowed: string, min: number, max: number): ValueKind<number> {
  return {
    allowed,
    parse(text) {
      const number = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : NaN;
      return number >= min && number <= max ? number : undefined;
    },
  };
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, 'kib': 1024, 'mib': 1024 ** 2, 'gib': 1024 ** 3 };

/** A size: `256MiB`, or a plain number of bytes. */
export function bytesKind(min: number, max: number): ValueKind<number> {
  return {
    allowed: `a size from ${sizeText(min)} to ${sizeText(max)}, such as 256MiB`,
    parse(text) {
      const [, digits, unit = ''] = /^(\d{1,12})\s*([KMG]iB)?$/i.exec(typeof text === 'string' ? text : '') ?? [];
      const bytes = Number(digits) * (unitBytes[unit.toLowerCase()] ?? NaN);
      return bytes >= min && bytes <= max ? bytes : undefined;
    },
  };
}

function sizeText(bytes: number): string {
  return bytes >= 1024 ** 3 ? `${bytes / 1024 ** 3}GiB` : `${bytes / 1024 ** 2}MiB`;
}

/** `30s`, `250ms`, `1h30m`. Never a number alone, which one reader takes for seconds and another for milliseconds. */
export function typedDurationKind(minMs: number, maxMs: number, example: string): ValueKind<number> {
  const { parse } = durationKind(minMs, maxMs);
  return { allowed: `a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as ${example}`, parse };
}

const words: ReadonlyMap<unknown, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

/** As `--flag` and `--no-flag` say it, and as people write it into an environment. */
export const booleanKind: ValueKind<boolean> = {
  allowed: 'true or false',
  parse: (text) => words.get(typeof text === 'string' ? text.toLowerCase() : text),
};

/** The path of a file or a directory. */
export function pathKind(allowed: string): ValueKind<string> {
  return { allowed, parse: (text) => (typeof text === 'string' && text !== '' && !text.includes('\0') ? text : undefined) };
}

/** For an option that is a list: `--meta a=1 --meta b=2`, each as it is. */
export function repeatedKind<Item>(item: ValueKind<Item>, itemsMax: number): ValueKind<readonly Item[]> {
  return listOf(item, itemsMax, `${item.allowed}; at most ${itemsMax} of them`, (texts) => texts);
}

/** The same, where several may also stand together: `--zone a,b --zone c`. */
export function separatedKind<Item>(item: ValueKind<Item>, itemsMax: number): ValueKind<readonly Item[]> {
  return listOf(item, itemsMax, `${item.allowed}; several with commas between them`, (texts) =>
    texts.flatMap((text) => text.split(',')).map((text) => text.trim()),
  );
}

function listOf<Item>(
  item: ValueKind<Item>,
  itemsMax: number,
  allowed: string,
  split: (texts: readonly string[]) => readonly string[],
): ValueKind<readonly Item[]> {
  const splitOf = (value: unknown): readonly string[] => split(Array.isArray(value) ? value.map(String) : [String(value)]);
  return {
    allowed,
    parse(value) {
      const texts = splitOf(value);
      const items = texts.map((text) => item.parse(text)).filter((one) => one !== undefined);
      return items.length === texts.length && items.length <= itemsMax ? items : undefined;
    },
    explain: (value, field) => splitOf(value).flatMap((text) => wrong(text, field, item)),
    whyNot: (value) => whyNot(splitOf(value), item, itemsMax),
  };
}

function whyNot(texts: readonly string[], item: ValueKind<unknown>, itemsMax: number): string {
  const at = texts.findIndex((text) => item.parse(text) === undefined);
  if (at < 0) return `there are ${texts.length} of them, and ${itemsMax} are allowed`;
  const why = item.whyNot?.(texts[at]) ?? '';
  return texts.length === 1 || why === '' ? why : `number ${at + 1} of ${texts.length}: ${why}`;
}

function wrong(text: string, field: string, item: ValueKind<unknown>): readonly FieldProblem[] {
  return item.parse(text) === undefined ? [{ field, came: describe(text), allowed: item.allowed }] : [];
}
