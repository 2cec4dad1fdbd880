/**
 * Options, read by their table: a flag beats the environment, the environment beats the file, and all that is wrong is
 * said at once, each with the place that it came from.
 */
import { describe, describeSecret } from '../catalog/value-kind.js';
import { canBeInEnvironment, canBeInFile, environmentName, type Option, type OptionTable } from './option.js';
import { asTyped, placeOf, strangeKeys, type SettingsFile } from './settings-file.js';
import { readTypedFlags } from './typed-flags.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Read<Values> {
  readonly values: Values;
  /** What stands beside the flags. */
  readonly operands: readonly string[];
  /** Sentences; if there are any, the values are not to be used. */
  readonly complaints: readonly string[];
  /** Every option with what was said of it, in the order of the table. */
  readonly settled: readonly Settled[];
}

export interface Settled {
  readonly option: Option<unknown>;
  /** `null` where its default stands. */
  readonly given: Given | null;
}

export interface Given {
  /** As the person wrote it: `--http`, `ROLLCALL_HTTP`, `http`. */
  readonly name: string;
  readonly source: 'flag' | 'environment' | 'file';
  /** For people: `on the command line`, `rollcall.yaml, line 3`. */
  readonly place: string;
  /** As it would be typed; several for a list; `undefined` for what nobody could type. */
  readonly typed: string | readonly string[] | undefined;
  /** As it came. */
  readonly raw: unknown;
}

export function readOptions<Values>(
  table: OptionTable<Values>,
  args: readonly string[],
  environment: Environment,
  file: SettingsFile | null = null,
): Read<Values> {
  const rows = Object.entries(table) as [string, Option<unknown>][];
  const options = rows.map(([, option]) => option);
  const typed = readTypedFlags(args, options);
  const complaints = [...typed.complaints];
  const settled: Settled[] = [];
  const values = rows.map(([name, option]) => {
    const given = flagOf(option, typed.flags) ?? twinOf(option, environment) ?? (file && entryOf(option, file));
    settled.push({ option, given });
    if (given === null) return [name, option.default] as const;
    const value = given.typed === undefined ? undefined : option.kind.parse(given.typed);
    if (value === undefined) complaints.push(...objections(option, given));
    return [name, value] as const;
  });
  if (file !== null) complaints.push(...file.complaints, ...strangeKeys(file, options));
  return { values: Object.fromEntries(values) as Values, operands: typed.operands, complaints, settled };
}

function flagOf({ flag, form }: Option<unknown>, flags: ReadonlyMap<string, readonly string[]>): Given | null {
  const texts = flags.get(flag);
  if (texts === undefined) return null;
  const typed = form === 'list' ? texts : texts[0];
  return { name: `--${flag}`, source: 'flag', place: 'on the command line', typed, raw: texts.join(', ') };
}

function twinOf(option: Option<unknown>, environment: Environment): Given | null {
  const name = environmentName(option.flag);
  const text = canBeInEnvironment(option) ? environment[name] : undefined;
  if (text === undefined || text === '' || isServiceLink(text)) return null;
  const typed = option.form === 'list' ? [text] : orBare(text, option);
  return { name, source: 'environment', place: 'in the environment', typed, raw: text };
}

/**
 * Kubernetes says `ROLLCALL_PORT=tcp://10.0.0.1:8500` to every container beside a service of the name `rollcall`: that is
 * where the registry is, and nobody's option.
 */
function isServiceLink(text: string): boolean {
  return /^(tcp|udp|sctp):\/\/[\d.:[\]a-f]+$/.test(text);
}

function entryOf(option: Option<unknown>, file: SettingsFile): Given | null {
  const entry = canBeInFile(option) ? file.entries.find(({ key }) => key === option.flag) : undefined;
  if (entry === undefined) return null;
  const typed = asTyped(entry.value, option);
  const place = placeOf(file, entry);
  return { name: entry.key, source: 'file', place, typed: typeof typed === 'string' ? orBare(typed, option) : typed, raw: entry.value };
}

/** Where the flag can stand alone, the others can say so in a word. */
function orBare(text: string, { bare }: Option<unknown>): string {
  if (bare === undefined) return text;
  if (['true', 'on', 'yes'].includes(text)) return bare;
  return ['false', 'no'].includes(text) ? 'off' : text;
}

function objections({ kind, secret }: Option<unknown>, { name, place, typed, raw }: Given): readonly string[] {
  const sentence = (came: string, allowed: string): string => `${name} is ${came} (${place}); allowed is ${allowed}.`;
  if (secret === true) return [sentence(describeSecret(typed, kind), kind.allowed)];
  if (raw === null) return [`${name} has no value (${place}); leave it out for its default.`];
  const parts = Array.isArray(typed) ? (kind.explain?.(typed, name) ?? []) : [];
  return parts.length > 0 ? parts.map(({ came, allowed }) => sentence(came, allowed)) : [sentence(describe(raw), kind.allowed)];
}
