/** Every command of the program: those that run or touch a registry of one's own, and those that ask one. */
import { askingCommands, completionCommand, runCommand, type Command } from '@rollcall/cli';
import { serveCommand } from './serve-command.js';
import { snapshotCommand } from './snapshot-command.js';
import { tokenCommand } from './token-command.js';

const named: readonly Command[] = [serveCommand, runCommand, ...askingCommands, snapshotCommand, tokenCommand];

/** In the order of the overview, within its headings. */
export const commands: readonly Command[] = [...named, completionCommand(named)];
