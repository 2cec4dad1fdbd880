/** `rollcall serve`: runs a registry until it is told to stop. */
import { command, exitCodes, type Command, type Context } from '@rollcall/cli';
import { serveOptions, type ServeOptions } from './options.js';
import { runRegistry } from './registry.js';
import { consoleLog } from './shared/console-log.js';
import { systemClock } from './shared/system-clock.js';
import { systemRandom } from './shared/system-random.js';
import { version } from './version.js';

const LINGER_MS = 200;

export const serveCommand: Command = command<ServeOptions>({
  name: 'serve',
  group: 'run',
  operands: '',
  summary: 'Runs a registry until it is told to stop.',
  options: serveOptions,
  run: serve,
});

async function serve(options: ServeOptions, _operands: readonly string[], { output }: Context): Promise<number> {
  const clock = systemClock;
  const log = consoleLog(process.stderr, clock);
  const asked = stopAsked();
  const registry = await runRegistry(options, { clock, random: systemRandom, log, version: version() });
  output.write(`${JSON.stringify({ time: new Date(clock.wallMs()).toISOString(), level: 'info', msg: 'ready', doors: registry.doors })}\n`);
  process.on('SIGHUP', () => {
    log.info('reloading', { signal: 'SIGHUP' });
    void registry.reload().then(() => log.info('reloaded'));
  });
  const signal = await asked;
  log.info('stopping', { signal });
  await registry.stop();
  log.info('stopped');
  // Nothing is left to wait for. Should something hold on to the loop nevertheless, it is not asked.
  clock.after(LINGER_MS, () => process.exit(exitCodes.done));
  return exitCodes.done;
}

/** The first signal asks politely; the second one ends everything at once. */
function stopAsked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(exitCodes.failed);
        asked = true;
        resolve(signal);
      });
    }
  });
}
