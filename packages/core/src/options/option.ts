/** One row of the options table: everything about an option that its flag, its environment twin and its help have to know. */
import type { ValueKind } from '../catalog/value-kind.js';

export interface Option<Value> {
  /** Without the dashes. The environment twin follows from it: `history-age` is `ROLLCALL_HISTORY_AGE`. */
  readonly flag: string;
  /** What stands for the value in the help. */
  readonly placeholder: string;
  /** Reads the text that came. */
  readonly kind: ValueKind<Value>;
  readonly default: Value;
  /** The default as one would type it. */
  readonly defaultText: string;
  readonly help: string;
}

export function environmentName(flag: string): string {
  return `ROLLCALL_${flag.toUpperCase().replaceAll('-', '_')}`;
}

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

export type OptionTable<Values> = { readonly [Name in keyof Values]: Option<Values[Name]> };
