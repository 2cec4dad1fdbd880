/** The program: finds the command that was typed, and runs it. */
import { endOfFlags, suggestion } from '@rollcall/core';
import { commandGroups, complain, exitCodes, type Command, type CommandGroup, type Context } from './command.js';
import { strangeVariables } from './strange-variables.js';

export interface Program {
  readonly commands: readonly Command[];
  readonly version: string;
}

const helpWords: ReadonlySet<string | undefined> = new Set(['--help', '-h', 'help']);
const versionWords: ReadonlySet<string | undefined> = new Set(['--version', '-v', 'version']);

/** Answers the exit code. */
export async function runProgram({ commands, version }: Program, args: readonly string[], context: Context): Promise<number> {
  const [name, ...rest] = args;
  if (versionWords.has(name)) return say(context, `rollcall ${version}`);
  const named = helpWords.has(name) ? rest[0] : name;
  if (named === undefined) return name === undefined ? misused(context, commands) : say(context, overview(commands, columnsOf(context)));
  const found = commands.find((command) => command.name === named);
  if (found === undefined) return unknown(context, named, commands);
  const ours = rest.includes(endOfFlags) ? rest.slice(0, rest.indexOf(endOfFlags)) : rest;
  // Of a command that has such an option, it is the version of something else.
  const isAboutUs = !found.options.some(({ flag }) => flag === 'version');
  if (isAboutUs && ours.includes('--version')) return say(context, `rollcall ${version}`);
  if (named !== name || ours.includes('--help') || ours.includes('-h')) return say(context, found.help(columnsOf(context)));
  const every = commands.flatMap(({ options }) => options);
  for (const sentence of strangeVariables(context.environment, every)) context.complaints.write(`rollcall: ${sentence}\n`);
  try {
    return await found.run(rest, context);
  } catch (error) {
    return complain(context, [error instanceof Error ? error.message : String(error)], exitCodes.failed);
  }
}

/** The commands by their headings, then how to learn more. */
export function overview(commands: readonly Command[], columns?: number): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const room = (columns ?? Infinity) - width - 4;
  const groups = Object.entries(commandGroups).flatMap(([group, heading]) => {
    const lines = commands.filter((command) => command.group === (group as CommandGroup)).map((command) => line(command, width, room));
    return lines.length === 0 ? [] : [`${heading}:\n${lines.join('\n')}`];
  });
  return ['Rollcall, a service registry.', ...groups, 'rollcall COMMAND --help tells more. rollcall --version says which this is.'].join(
    '\n\n',
  );
}

/** Cut where there is no room: the command's own help has it whole. */
function line({ name, summary }: Command, width: number, room: number): string {
  const told = summary.length <= room ? summary : `${summary.slice(0, Math.max(0, room - 1)).trimEnd()}…`;
  return `  ${name.padEnd(width)}  ${told}`;
}

function misused(context: Context, commands: readonly Command[]): number {
  context.complaints.write(`${overview(commands, context.complaints.columns)}\n`);
  return exitCodes.misused;
}

function unknown(context: Context, name: string, commands: readonly Command[]): number {
  const names = commands.map((command) => command.name);
  const known = suggestion(name, names);
  const what = name.startsWith('-') ? `${name} is not known here; a command comes first.` : `There is no command ${JSON.stringify(name)}.`;
  return complain(context, [`${what}${known}`, `There are ${names.join(', ')}; rollcall --help tells of each.`], exitCodes.misused);
}

function columnsOf({ output }: Context): number | undefined {
  return output.isTTY === true ? output.columns : undefined;
}

function say({ output }: Context, text: string): number {
  output.write(`${text}\n`);
  return exitCodes.done;
}
