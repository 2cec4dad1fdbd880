/** What a command of the program is: its place in the help, its options, and what it does. */
import { optionsHelp, readOptions, type Environment, type Option, type OptionTable } from '@rollcall/core';

/** Exit codes, the same for every command. */
export const exitCodes = {
  done: 0,
  /** It was understood, and could not be done. */
  failed: 1,
  /** What was typed makes no sense. */
  misused: 2,
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

/** A command as it is written. */
export interface CommandDescription<Values> {
  readonly name: string;
  /** What stands behind `rollcall NAME`, without the options: `SERVICE [ID]`. */
  readonly operands: string;
  /** More than these are refused before it runs. Left out: none are taken. */
  readonly operandsMax?: number;
  /** A sentence, for the overview. */
  readonly summary: string;
  /** Paragraphs, for its own help: what it does in which case, with examples. */
  readonly details?: string;
  readonly options: OptionTable<Values>;
  /** Answers the exit code. What it throws is said to the person, without a stack. */
  readonly run: (values: Values, operands: readonly string[], context: Context) => Promise<number>;
}

/** A command as the program sees it: what its options mean is its own affair. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly Option<unknown>[];
  readonly help: () => string;
  readonly run: (args: readonly string[], context: Context) => Promise<number>;
}

/** Thrown where words make no sense together; whoever typed them is told, and pointed to the help. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}

export function command<Values>(description: CommandDescription<Values>): Command {
  const { name, operands, operandsMax = 0, summary, details, options, run } = description;
  const usage = ['rollcall', name, operands, '[OPTIONS]'].filter((part) => part !== '').join(' ');
  return {
    name,
    usage,
    summary,
    options: Object.values(options),
    help: () =>
      [usage, summary, details, `Options (a flag beats the environment):\n${optionsHelp(options)}`]
        .filter((part) => part !== undefined)
        .join('\n\n'),
    async run(args, context) {
      const read = readOptions<Values>(options, args, context.environment);
      const surplus = read.operands.slice(operandsMax).map((operand) => `${JSON.stringify(operand)} is not expected here.`);
      const complaints = [...read.complaints, ...surplus];
      if (complaints.length === 0) {
        try {
          return await run(read.values, read.operands, context);
        } catch (error) {
          if (!(error instanceof Misuse)) throw error;
          complaints.push(error.message);
        }
      }
      return complain(context, [...complaints, `rollcall ${name} --help shows how it is used.`], exitCodes.misused);
    },
  };
}

/** Says what is wrong, a line each, and answers the exit code. */
export function complain({ complaints }: Context, lines: readonly string[], code: number): number {
  complaints.write(`${lines.map((line) => `rollcall: ${line}`).join('\n')}\n`);
  return code;
}
