/** What a command of the program is: its place in the help, its options, and what it does. */
import {
  canBeInFile,
  endOfFlags,
  HELP_COLUMNS_DEFAULT,
  optionsHelp,
  readOptions,
  wrapText,
  type Environment,
  type Option,
  type OptionTable,
  type Settled,
  type SettingsFile,
} from '@rollcall/core';

/** Exit codes, the same for every command. */
export const exitCodes = {
  done: 0,
  /** It was understood, and could not be done. */
  failed: 1,
  /** What was typed makes no sense. */
  misused: 2,
  /** The registry knows nobody by that name. */
  notFound: 3,
  /** No registry answered. */
  unanswered: 4,
} as const;

/** One end of a terminal, or of a pipe. */
export interface Outlet {
  write(text: string): void;
  /** Left out: a pipe or a file. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command is given besides its words. */
export interface Context {
  readonly environment: Environment;
  /** What was asked for: for people on a terminal, for programs behind a pipe. */
  readonly output: Outlet;
  /** Complaints and progress. */
  readonly complaints: Outlet;
}

/** The headings of the overview, in its order. */
export const commandGroups = {
  run: 'Run a registry',
  use: 'Register and discover',
  operate: 'Operate',
} as const;

export type CommandGroup = keyof typeof commandGroups;

/** A command as it is written. */
export interface CommandDescription<Values> {
  readonly name: string;
  /** Left out: `use`. */
  readonly group?: CommandGroup;
  /** What stands behind `rollcall NAME`, without the options: `SERVICE [ID]`. */
  readonly operands: string;
  /** More than these are refused before it runs. Left out: none are taken. */
  readonly operandsMax?: number;
  /** A sentence, for the overview. */
  readonly summary: string;
  /** Paragraphs, for its own help: what it does in which case, with examples. What is indented stays as it is. */
  readonly details?: string;
  readonly options: OptionTable<Values>;
  /** For a command whose options may also stand in a file: reads the one that these values name; `null` if they name none. */
  readonly settings?: (values: Values) => Promise<SettingsFile | null>;
  /** Answers the exit code. What it throws is said to the person, without a stack. `settled` tells where each value came from. */
  readonly run: (values: Values, operands: readonly string[], context: Context, settled: readonly Settled[]) => Promise<number>;
}

/** A command as the program sees it: what its options mean is its own affair. */
export interface Command {
  readonly name: string;
  readonly group: CommandGroup;
  readonly operands: string;
  readonly usage: string;
  readonly summary: string;
  readonly details: string | undefined;
  readonly options: readonly Option<unknown>[];
  /** As wide as there is room; left out: as for a page of text. */
  readonly help: (columns?: number) => string;
  readonly run: (args: readonly string[], context: Context) => Promise<number>;
}

/** Thrown where words make no sense together; whoever typed them is told, and pointed to the help. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
  /** Sentences, each for a line of its own. */
  readonly complaints: readonly string[];

  constructor(...complaints: readonly string[]) {
    super(complaints.join(' '));
    this.complaints = complaints;
  }
}

export function command<Values>(description: CommandDescription<Values>): Command {
  const { name, group = 'use', operands, summary, details } = description;
  // Behind two dashes nothing is ours any more.
  const words = operands.startsWith(endOfFlags) ? ['[OPTIONS]', operands] : [operands, '[OPTIONS]'];
  const usage = ['rollcall', name, ...words].filter((part) => part !== '').join(' ');
  return {
    name,
    group,
    operands,
    usage,
    summary,
    details,
    options: Object.values(description.options),
    help: (columns = HELP_COLUMNS_DEFAULT) => helpOf(description, usage, columns),
    run: (args, context) => run(description, args, context),
  };
}

function helpOf<Values>({ summary, details, options, settings }: CommandDescription<Values>, usage: string, columns: number): string {
  const rows = Object.values<Option<unknown>>(options);
  const [example] = rows.filter(canBeInFile).map(({ flag }) => flag);
  const inFile =
    settings === undefined ? '' : `, the environment beats the file of --config, whose keys are named as the flags are: \`${example}: …\``;
  const optionsPart = rows.length === 0 ? [] : [`Options (a flag beats the environment${inFile})`, optionsHelp(rows, columns)];
  const [heading, ...rest] = optionsPart.map((part, at) => (at === 0 ? wrapText(`${part}:`, columns).join('\n') : part));
  // Options without headings of their own stand right below.
  const told = heading === undefined ? [] : [[heading, ...rest].join(rows[0]?.group === undefined ? '\n' : '\n\n')];
  const prose = [summary, ...(details === undefined ? [] : [details])].map((part) => wrapText(part, columns).join('\n'));
  return [usage, ...prose, ...told].join('\n\n');
}

async function run<Values>(description: CommandDescription<Values>, args: readonly string[], context: Context): Promise<number> {
  const { name, operandsMax = 0, options, settings } = description;
  const typed = readOptions<Values>(options, args, context.environment);
  const file = (await settings?.(typed.values)) ?? null;
  const read = file === null ? typed : readOptions<Values>(options, args, context.environment, file);
  const surplus = read.operands.slice(operandsMax).map((operand) => `${JSON.stringify(operand)} is not expected here.`);
  const complaints = [...read.complaints, ...surplus];
  if (complaints.length === 0) {
    try {
      return await description.run(read.values, read.operands, context, read.settled);
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      complaints.push(...error.complaints);
    }
  }
  return complain(context, [...complaints, `rollcall ${name} --help shows how it is used.`], exitCodes.misused);
}

/** Says what is wrong, a line each, and answers the exit code. */
export function complain({ complaints }: Context, lines: readonly string[], code: number): number {
  complaints.write(`${lines.map((line) => `rollcall: ${line}`).join('\n')}\n`);
  return code;
}
