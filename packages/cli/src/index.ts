/** The command line: what is typed is read, done through the client, and printed. */
export * from './command.js';
export { completionCommand } from './completion/completion-command.js';
export { askingCommands } from './commands.js';
export * from './connection-options.js';
export * from './program.js';
export { refusalOf, type Refusal } from './refusal.js';
export * from './registration-options.js';
export { runCommand } from './run/run-command.js';
export { downloadSnapshot, isBrokenOff } from './snapshot-download.js';
