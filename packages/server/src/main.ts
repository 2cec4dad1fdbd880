/** The program `rollcall`: finds the command that was typed, and runs it. */
import { readFileSync } from 'node:fs';
import { optionsHelp, readOptions, type Environment } from './command-line.js';
import { serveOptions, type ServeOptions } from './options.js';
import { startRegistry } from './registry.js';
import { consoleLog } from './shared/console-log.js';
import { systemClock } from './shared/system-clock.js';
import { systemRandom } from './shared/system-random.js';
import { snapshot, snapshotHelp, snapshotUsage } from './snapshot-command.js';

/** One command. `args` are those behind its name. */
interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly help: () => string;
  /** Answers the exit code. */
  readonly run: (args: readonly string[], environment: Environment) => Promise<number>;
}

const DONE = 0;
const FAILED = 1;
/** What was typed makes no sense. */
const MISUSED = 2;

const LINGER_MS = 200;

const commands: Readonly<Record<string, Command>> = {
  serve: {
    usage: 'rollcall serve [OPTIONS]',
    summary: 'Runs a registry until it is told to stop.',
    help: () => `Options (a flag beats the environment):\n${optionsHelp(serveOptions)}`,
    run: serve,
  },
  snapshot: {
    usage: snapshotUsage,
    summary: 'Saves what a running registry holds to a file, or restores a file into the directory of a stopped one.',
    help: snapshotHelp,
    run: async (args, environment) => {
      const { done, complaints = [] } = await snapshot(args, environment);
      return done === undefined ? complain(complaints) : say(done);
    },
  },
};

export async function main(args: readonly string[], environment: Environment): Promise<void> {
  process.exitCode = await run(args, environment);
}

async function run([name, ...rest]: readonly string[], environment: Environment): Promise<number> {
  if (name === '--version' || name === 'version') return say(`rollcall ${version()}`);
  if (name === '--help' || name === 'help') return say(overview());
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return complain([...(name === undefined ? [] : [`There is no command ${JSON.stringify(name)}.`]), overview()]);
  if (rest.includes('--version')) return say(`rollcall ${version()}`);
  if (rest.includes('--help')) return say(`${command.usage}\n\n${command.summary}\n\n${command.help()}`);
  try {
    return await command.run(rest, environment);
  } catch (error) {
    complain([error instanceof Error ? error.message : String(error)]);
    return FAILED;
  }
}

async function serve(args: readonly string[], environment: Environment): Promise<number> {
  const { values, operands, complaints } = readOptions<ServeOptions>(serveOptions, args, environment);
  const all = [...complaints, ...operands.map((operand) => `${JSON.stringify(operand)} is not expected here.`)];
  if (all.length > 0) return complain([...all, 'rollcall serve --help shows all options.']);

  const clock = systemClock;
  const log = consoleLog(process.stderr, clock);
  const asked = stopAsked();
  const registry = await startRegistry(values, { clock, random: systemRandom, log, version: version() });
  process.stdout.write(
    `${JSON.stringify({ time: new Date(clock.wallMs()).toISOString(), level: 'info', msg: 'ready', doors: registry.doors })}\n`,
  );
  const signal = await asked;
  log.info('stopping', { signal });
  await registry.stop();
  log.info('stopped');
  // Nothing is left to wait for. Should something hold on to the loop nevertheless, it is not asked.
  clock.after(LINGER_MS, () => process.exit(DONE));
  return DONE;
}

/** The first signal asks politely; the second one ends everything at once. */
function stopAsked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(FAILED);
        asked = true;
        resolve(signal);
      });
    }
  });
}

function overview(): string {
  const lines = Object.values(commands).map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
  return `A service registry.\n\n${lines.join('\n')}\n\n  rollcall COMMAND --help\n  rollcall --version`;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return manifest.version;
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return DONE;
}

function complain(lines: readonly string[]): number {
  process.stderr.write(`${lines.map((line) => `rollcall: ${line}`).join('\n')}\n`);
  return MISUSED;
}
