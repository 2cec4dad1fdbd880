/** What was typed, read by a table of options: a flag beats the environment, and all that is wrong is said at once. */
import { describe } from '../catalog/value-kind.js';
import { environmentName, type Option, type OptionTable } from './option.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Read<Values> {
  readonly values: Values;
  /** What stands beside the flags. */
  readonly operands: readonly string[];
  /** Sentences; if there are any, the values are not to be used. */
  readonly complaints: readonly string[];
}

export function readOptions<Values>(table: OptionTable<Values>, args: readonly string[], environment: Environment): Read<Values> {
  const rows = Object.entries(table) as [string, Option<unknown>][];
  const typed = readFlags(args, new Set(rows.map(([, { flag }]) => flag)));
  const complaints = [...typed.complaints];
  const values = rows.map(([name, option]) => {
    const given = givenFor(option, typed.flags, environment);
    if (given === null) return [name, option.default] as const;
    const value = option.kind.parse(given.text);
    if (value === undefined)
      complaints.push(`${given.name} is ${describe(given.text)} (${given.from}); allowed is ${option.kind.allowed}.`);
    return [name, value] as const;
  });
  return { values: Object.fromEntries(values) as Values, operands: typed.operands, complaints };
}

/** A line per option, with its twin and its default. */
export function optionsHelp<Values>(table: OptionTable<Values>): string {
  const rows = Object.values<Option<unknown>>(table).map(({ flag, placeholder, help, defaultText }) => ({
    left: `--${flag} ${placeholder}`,
    right: `${help}\n(default ${defaultText}; ${environmentName(flag)})`,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, right }) => `  ${left.padEnd(width)}  ${right.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`).join('\n');
}

interface Given {
  readonly name: string;
  readonly from: string;
  readonly text: string;
}

function givenFor({ flag }: Option<unknown>, flags: ReadonlyMap<string, string>, environment: Environment): Given | null {
  const typed = flags.get(flag);
  if (typed !== undefined) return { name: `--${flag}`, from: 'on the command line', text: typed };
  const twin = environmentName(flag);
  const set = environment[twin];
  return set === undefined || set === '' ? null : { name: twin, from: 'in the environment', text: set };
}

interface Flags {
  readonly flags: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  readonly complaints: readonly string[];
}

/** Ends the flags: what stands behind it is for somebody else, and handed on as it is. */
export const endOfFlags = '--';

/** Both `--flag value` and `--flag=value`. */
function readFlags(args: readonly string[], known: ReadonlySet<string>): Flags {
  const flags = new Map<string, string>();
  const operands: string[] = [];
  const complaints: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === endOfFlags) {
      operands.push(...args.slice(at + 1));
      break;
    }
    const [, flag, inline] = /^--([^=]+)(?:=([^]*))?$/.exec(arg) ?? [];
    if (flag === undefined) {
      if (arg.startsWith('-')) complaints.push(`${arg} is not known; flags begin with two dashes.`);
      else operands.push(arg);
      continue;
    }
    const text = inline ?? args[at + 1];
    if (!known.has(flag)) complaints.push(`--${flag} is not known; there are ${[...known].map((name) => `--${name}`).join(', ')}.`);
    else if (text === undefined || (inline === undefined && text.startsWith('--'))) complaints.push(`--${flag} needs a value.`);
    else if (flags.has(flag)) complaints.push(`--${flag} is given twice.`);
    else flags.set(flag, text);
    // The value of an unknown flag is most likely a value, and no operand.
    if (inline === undefined && text !== undefined && !text.startsWith('--')) at++;
  }
  return { flags, operands, complaints };
}
