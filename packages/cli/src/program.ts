/** The program: finds the command that was typed, and runs it. */
import { endOfFlags } from '@rollcall/core';
import { complain, exitCodes, type Command, type Context } from './command.js';

export interface Program {
  readonly commands: readonly Command[];
  readonly version: string;
}

/** Answers the exit code. */
export async function runProgram({ commands, version }: Program, args: readonly string[], context: Context): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === 'version') return say(context, `rollcall ${version}`);
  if (name === '--help' || name === 'help') return say(context, overview(commands));
  const found = commands.find((command) => command.name === name);
  if (found === undefined) {
    const unknown = name === undefined ? [] : [`There is no command ${JSON.stringify(name)}.`];
    return complain(context, [...unknown, overview(commands)], exitCodes.misused);
  }
  const ours = rest.includes(endOfFlags) ? rest.slice(0, rest.indexOf(endOfFlags)) : rest;
  if (ours.includes('--version')) return say(context, `rollcall ${version}`);
  if (ours.includes('--help')) return say(context, found.help());
  try {
    return await found.run(rest, context);
  } catch (error) {
    return complain(context, [error instanceof Error ? error.message : String(error)], exitCodes.failed);
  }
}

function overview(commands: readonly Command[]): string {
  const lines = commands.map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
  return `A service registry.\n\n${lines.join('\n')}\n\n  rollcall COMMAND --help\n  rollcall --version`;
}

function say({ output }: Context, text: string): number {
  output.write(`${text}\n`);
  return exitCodes.done;
}
