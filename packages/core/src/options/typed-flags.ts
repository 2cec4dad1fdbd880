/** What was typed, told apart: flags with their values, and what stands beside them. */
import type { Option } from './option.js';
import { suggestion } from './nearest.js';

export interface TypedFlags {
  /** By flag: the values in the order they came. Of all but lists it is one. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  readonly complaints: readonly string[];
}

/** Ends the flags: what stands behind it is for somebody else, and handed on as it is. */
export const endOfFlags = '--';

/** Both `--flag value` and `--flag=value`. */
export function readTypedFlags(args: readonly string[], options: readonly Option<unknown>[]): TypedFlags {
  const known = new Map(options.map((option) => [option.flag, option]));
  const flags = new Map<string, string[]>();
  const operands: string[] = [];
  const complaints: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === endOfFlags) {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (arg === '-' || !arg.startsWith('-')) {
      operands.push(arg);
      continue;
    }
    const [, flag, inline] = /^--([^=]+)(?:=([^]*))?$/.exec(arg) ?? [];
    if (flag === undefined) {
      complaints.push(`${arg} is not known; flags begin with two dashes.`);
      continue;
    }
    const next = inline === undefined ? valueIn(args[at + 1]) : undefined;
    const { option, text, took } = meaning(flag, inline, next, known);
    if (took) at++;
    if (option === undefined) complaints.push(`--${flag} is not known.${suggestion(flag, [...known.keys()], (word) => `--${word}`)}`);
    else if (text === undefined) complaints.push(`--${flag} needs a value.`);
    else if (flags.has(option.flag) && option.form !== 'list') complaints.push(`--${option.flag} is given twice.`);
    else flags.set(option.flag, [...(flags.get(option.flag) ?? []), text]);
  }
  return { flags, operands, complaints };
}

/** A value that begins with two dashes has to be written `--flag=--value`. */
function valueIn(arg: string | undefined): string | undefined {
  return arg?.startsWith('--') ? undefined : arg;
}

interface Meaning {
  readonly option: Option<unknown> | undefined;
  readonly text: string | undefined;
  /** The next word is its value. */
  readonly took: boolean;
}

function meaning(flag: string, inline: string | undefined, next: string | undefined, known: ReadonlyMap<string, Option<unknown>>): Meaning {
  const option = known.get(flag);
  const denied = option === undefined && inline === undefined ? known.get(flag.replace(/^no-/, '')) : undefined;
  if (denied !== undefined && (denied.form === 'switch' || denied.bare !== undefined)) return { option: denied, text: 'off', took: false };
  if (option?.form === 'switch') return { option, text: inline ?? 'true', took: false };
  // The value of an unknown flag is most likely a value, and no operand.
  return { option, text: inline ?? next ?? option?.bare, took: next !== undefined };
}
