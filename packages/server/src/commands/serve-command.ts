/** `rollcall serve`: runs a registry until it is told to stop. */
import { command, exitCodes, Misuse, type Command, type Context } from '@rollcall/cli';
import { pathKind, printOptions, switchOption, type OptionTable, type Settled } from '@rollcall/core';
import { readConfigFile } from '../options/config-file.js';
import { objectionsTo } from '../objections.js';
import { serveOptions, type ServeOptions } from '../options/options.js';
import { runRegistry } from '../registry.js';
import { consoleLog } from '../shared/console-log.js';
import { systemClock } from '../shared/system-clock.js';
import { systemRandom } from '../shared/system-random.js';
import { reloadAsked, stopAsked } from '../signals.js';
import { version } from '../version.js';

const LINGER_MS = 200;

interface ServeCommandOptions extends ServeOptions {
  readonly config: string | null;
  readonly printConfig: boolean;
}

const serveCommandOptions: OptionTable<ServeCommandOptions> = {
  config: {
    flag: 'config',
    placeholder: 'FILE',
    kind: pathKind('the path of a file, in YAML or JSON'),
    default: null,
    defaultText: '',
    help: 'Reads options from this file: names without the dashes, such as `history-age: 12h`.',
    givenIn: 'outside-file',
  },
  printConfig: {
    ...switchOption('print-config', 'Prints every option with where its value came from, as a file for --config, and ends.'),
    givenIn: 'typed',
  },
  ...serveOptions,
};

const details = `It is ready when it prints a line of JSON with "msg":"ready" and where its doors are. SIGTERM and SIGINT stop it politely, a \
second one at once. On SIGHUP it reads the files anew that its options name; a new value of an option needs a restart.`;

export const serveCommand: Command = command<ServeCommandOptions>({
  name: 'serve',
  group: 'run',
  operands: '',
  summary: 'Runs a registry until it is told to stop.',
  details,
  options: serveCommandOptions,
  settings: async ({ config }) => (typeof config === 'string' ? readConfigFile(config) : null),
  run: serve,
});

async function serve(
  { config: _file, printConfig, ...options }: ServeCommandOptions,
  _operands: readonly string[],
  { output }: Context,
  settled: readonly Settled[],
): Promise<number> {
  if (printConfig) {
    output.write(`# The options of rollcall serve, and where each came from. This is a file for --config.\n\n${printOptions(settled)}\n`);
    return exitCodes.done;
  }
  const objections = objectionsTo(options);
  if (objections.length > 0) throw new Misuse(...objections);
  const clock = systemClock;
  const log = consoleLog(process.stderr, clock);
  const asked = stopAsked();
  const registry = await Promise.race([runRegistry(options, { clock, random: systemRandom, log, version: version() }), asked]);
  if (typeof registry === 'string') {
    // Nothing was answered yet, so there is nothing to finish.
    log.info('stopped before it was ready', { signal: registry });
    clock.after(LINGER_MS, () => process.exit(exitCodes.done));
    return exitCodes.done;
  }
  reloadAsked((signal) => {
    log.info('reloading', { signal });
    void registry.reload().then(() => log.info('reloaded'));
  });
  output.write(`${JSON.stringify({ time: new Date(clock.wallMs()).toISOString(), level: 'info', msg: 'ready', doors: registry.doors })}\n`);
  const end = await Promise.race([asked, registry.failed]);
  if (end instanceof Error) log.error('this node cannot go on', { reason: end.message });
  else log.info('stopping', { signal: end });
  await registry.stop();
  log.info('stopped');
  // Nothing is left to wait for. Should something hold on to the loop nevertheless, it is not asked.
  const code = end instanceof Error ? exitCodes.failed : exitCodes.done;
  clock.after(LINGER_MS, () => process.exit(code));
  return code;
}
