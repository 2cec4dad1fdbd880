/** A command that asks a registry: how it is found, what is said when it does not answer, and in which form the answer comes. */
import { RegistryClient } from '@rollcall/client';
import { switchOption, type OptionTable } from '@rollcall/core';
import { painter, type Paint } from './colour.js';
import { command, complain, exitCodes, type Command, type CommandDescription, type Context } from './command.js';
import { connectionOptions, connectOptions, type ConnectionOptions } from './connection-options.js';
import { refusalOf } from './refusal.js';
import { spin } from './spinner.js';
import type { Surroundings } from './surroundings.js';
import { table, type Column, type TableLayout } from './table.js';

interface AnswerOptions {
  readonly json: boolean;
}

const answerOptions: OptionTable<AnswerOptions> = {
  json: { ...switchOption('json', 'The answer of the API, as it is, for programs.'), givenIn: 'typed' },
};

export interface AskingDescription<Values> extends Omit<CommandDescription<Values>, 'settings' | 'run'> {
  /** It goes on when nobody reads its output any more; otherwise that is its end. */
  readonly outlivesReader?: true;
  /** Left out, the command is done when it is over; else it answers the exit code. */
  readonly ask: (desk: Desk, values: Values, operands: readonly string[]) => Promise<number | undefined>;
}

/** What a command has before it while it asks. */
export interface Desk {
  readonly registry: RegistryClient;
  readonly surroundings: Surroundings;
  readonly json: boolean;
  /** Of the namespace that was asked for. */
  readonly namespace: string;
  /** For the output. */
  readonly paint: Paint;
  /** For complaints and progress. */
  readonly paintAside: Paint;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** Waits for an answer, with a sign of life on a terminal. */
  wait<Answer>(answer: Promise<Answer>): Promise<Answer>;
  /** The answer itself. */
  print(text: string): void;
  /** One line of JSON. */
  printJson(value: unknown): void;
  printTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void;
  /** What goes with it, for people. */
  aside(text: string): void;
}

export function askingCommand<Values>(description: AskingDescription<Values>, surroundings: Surroundings): Command {
  const { ask, options, outlivesReader = false, ...rest } = description;
  type All = Values & AnswerOptions & ConnectionOptions;
  const all = { ...options, ...answerOptions, ...connectionOptions } as OptionTable<All>;
  return command<All>({
    ...rest,
    options: all,
    run: async (values, operands, context) => {
      const registry = new RegistryClient({ ...connectOptions(values), clock: surroundings.clock, random: surroundings.random });
      const release = surroundings.onReaderGone(() => (outlivesReader ? undefined : surroundings.end(exitCodes.done)));
      try {
        return (await ask(deskFor(registry, values, context, surroundings), values, operands)) ?? exitCodes.done;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === null) throw error;
        return complain(context, refusal.lines, refusal.code);
      } finally {
        release();
        await registry.close();
      }
    },
  });
}

function deskFor(
  registry: RegistryClient,
  { json, namespace, timeoutMs }: AnswerOptions & ConnectionOptions,
  { output, complaints, environment }: Context,
  surroundings: Surroundings,
): Desk {
  const paint = painter(output, environment);
  // A terminal that nobody told its size says that it has none.
  const columnsMax = output.isTTY === true && output.columns !== 0 ? output.columns : undefined;
  const layout: TableLayout = { paint, columnsMax };
  return {
    registry,
    surroundings,
    json,
    namespace,
    paint,
    paintAside: painter(complaints, environment),
    timeoutMs,
    async wait(answer) {
      const done = spin(complaints, surroundings.clock, `waiting for ${registry.url}`);
      try {
        return await answer;
      } finally {
        done();
      }
    },
    print: (text) => output.write(text),
    printJson: (value) => output.write(`${JSON.stringify(value)}\n`),
    printTable: (rows, columns) => output.write(table(rows, columns, layout)),
    aside: (text) => complaints.write(text),
  };
}
