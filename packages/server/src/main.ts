/** The program `rollcall`. What it can do stands in commands.ts. */
import { runProgram } from '@rollcall/cli';
import type { Environment } from '@rollcall/core';
import { commands } from './commands/commands.js';
import { version } from './version.js';

export async function main(args: readonly string[], environment: Environment): Promise<void> {
  const context = { environment, output: process.stdout, complaints: process.stderr };
  process.exitCode = await runProgram({ commands, version: version() }, args, context);
}
