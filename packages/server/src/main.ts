/** The program `rollcall`: the commands that run or touch a registry of one's own, and those that ask one. */
import { runProgram, type Command } from '@rollcall/cli';
import type { Environment } from '@rollcall/core';
import { serveCommand } from './serve-command.js';
import { snapshotCommand } from './snapshot-command.js';
import { version } from './version.js';

const commands: readonly Command[] = [serveCommand, snapshotCommand];

export async function main(args: readonly string[], environment: Environment): Promise<void> {
  const context = { environment, output: process.stdout, complaints: process.stderr };
  process.exitCode = await runProgram({ commands, version: version() }, args, context);
}
