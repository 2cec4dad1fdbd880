/**
 * One row of the options table: everything about an option that its flag, its environment twin, its key in a file, its
 * help and the documents have to know.
 */
import type { ValueKind } from '../catalog/value-kind.js';
import { booleanKind } from './option-kinds.js';

export interface Option<Value> {
  /** Without the dashes. The others follow from it: `history-age` is `ROLLCALL_HISTORY_AGE`, and `history-age` in a file. */
  readonly flag: string;
  /** What stands for the value in the help; empty for a switch. */
  readonly placeholder: string;
  /** Reads what came, as it would be typed: a text; for a list the texts, one for each time it was given. */
  readonly kind: ValueKind<Value>;
  /** `null` where it may simply be missing. */
  readonly default: Value;
  /** The default as one would type it; empty for none. */
  readonly defaultText: string;
  readonly help: string;
  /**
   * How it is typed. `switch`: `--flag` alone, and `--no-flag`. `list`: as often as one likes. Left out: once, with a
   * value.
   */
  readonly form?: 'switch' | 'list';
  /** What the flag means without a value: `--etcd` is `--etcd 2379`. Left out: it needs one. */
  readonly bare?: string;
  /** Its value is shown nowhere. */
  readonly secret?: true;
  /** The heading that it stands under in help and documents. */
  readonly group?: string;
  /** Where it can be given. `typed`: as a flag alone. `outside-file`: as a flag and in the environment. Left out: anywhere. */
  readonly givenIn?: 'typed' | 'outside-file';
}

export type OptionTable<Values> = { readonly [Name in keyof Values]: Option<Values[Name]> };

export function environmentName(flag: string): string {
  return `ROLLCALL_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** `--json`, which takes no value. Where it is on unless told otherwise, people say `--no-json`. */
export function switchOption(flag: string, help: string, initially = false): Option<boolean> {
  return { flag, placeholder: '', kind: booleanKind, default: initially, defaultText: String(initially), help, form: 'switch' };
}

/** The rows of a table under one heading. */
export function inGroup<Values>(group: string, table: OptionTable<Values>): OptionTable<Values> {
  const rows = Object.entries<Option<unknown>>(table).map(([name, option]) => [name, { ...option, group }]);
  return Object.fromEntries(rows) as OptionTable<Values>;
}

/** `--data DIR`, `--etcd [PORT]`, `--json`. */
export function typedForm({ flag, placeholder, bare }: Pick<Option<unknown>, 'flag' | 'placeholder' | 'bare'>): string {
  if (placeholder === '') return `--${flag}`;
  return `--${flag} ${bare === undefined ? placeholder : `[${placeholder}]`}`;
}

export function canBeInEnvironment({ givenIn }: Pick<Option<unknown>, 'givenIn'>): boolean {
  return givenIn !== 'typed';
}

export function canBeInFile({ givenIn }: Pick<Option<unknown>, 'givenIn'>): boolean {
  return givenIn === undefined;
}
