/** The command line: what is typed is read, done through the client, and printed. */
export * from './command.js';
export * from './program.js';
