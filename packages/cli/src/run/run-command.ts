/** `rollcall run`: runs any program and keeps it registered for as long as it is ready to be called. */
import { isatty } from 'node:tty';
import { reachableHost, RegistryClient, systemClock, systemRandom } from '@rollcall/client';
import type { Clock } from '@rollcall/core';
import { command, Misuse, type Command, type Context } from '../command.js';
import { connectOptions } from '../connection-options.js';
import { oneLine } from '../shown.js';
import { freePort } from './free-port.js';
import { isReachable, lookAt, type Look } from './look.js';
import { runOptions, type RunOptions } from './options.js';
import { planRun, wantedPort, type Found } from './plan.js';
import { startProgram, type RunningProgram } from './program.js';
import { askRegistry } from './registry-desk.js';
import { listenToSignals } from './signals.js';
import type { Verdict } from './state.js';
import { Supervisor } from './supervisor.js';

/** A registry that has not answered by then is asked anew; whoever ends waits for no more than two answers. */
const CALL_MS_MAX = 3000;
const CALL_MS_MIN = 1000;

const details = `Starts PROGRAM, waits until its port answers or its check passes, registers it, and beats for it. SIGTERM and SIGINT \
deregister it first, let it serve on for --drain, then tell it to stop; once more skips a stage. When it ends by itself it is \
deregistered at once. The exit code is that of the program, or 128 and the number of the signal that ended it. The registry being \
away never ends the program: this goes on trying.

The program is told PORT, ROLLCALL_SERVICE, ROLLCALL_INSTANCE_ID and ROLLCALL_URL.

  rollcall run --service web --port 3000 -- node app.js
  rollcall run --service web --port auto --check http:/health -- npm start
  rollcall run --service mailer --port none -- ./mailer`;

export const runCommand: Command = command<RunOptions>({
  name: 'run',
  operands: '-- PROGRAM [ARGUMENT...]',
  operandsMax: Infinity,
  summary: 'Runs a program, and keeps it registered while it can be called.',
  details,
  options: runOptions,
  run,
});

async function run(options: RunOptions, [program, ...args]: readonly string[], context: Context): Promise<number> {
  const { service } = options;
  if (service === null) throw new Misuse('--service is missing: the name that callers look up.');
  if (program === undefined)
    throw new Misuse('What is to be run stands behind two dashes: rollcall run --service web --port 3000 -- node app.js');
  const clock = systemClock;
  const wanted = wantedPort(options, context.environment);
  const say = (line: string): void => context.complaints.write(`rollcall: ${oneLine(line)}\n`);
  const timeoutMs = Math.min(options.timeoutMs, CALL_MS_MAX, Math.max(CALL_MS_MIN, (options.ttlMs ?? 0) / 3));
  const client = new RegistryClient({ ...connectOptions(options), timeoutMs });
  try {
    const found = await find(options, wanted, client, clock, say);
    const { instance, settings, look, environment } = planRun(service, options, found, context.environment);
    const supervisor = new Supervisor(settings, {
      clock,
      random: systemRandom,
      say,
      probe: prober(look, settings.address, clock, say),
      ask: askRegistry(client, instance, settings.probed === 'always'),
      signal: (name) => running.signal(name),
    });
    const tell = supervisor.tell.bind(supervisor);
    // Asked of the descriptor: a stream over it would be a second reader beside the program.
    const onTerminal = isatty(0);
    const stopListening = listenToSignals(onTerminal, tell);
    // Whoever reads our lines may go away: `2>&1 | head`. The program and its registration stay.
    process.stderr.on('error', ignored);
    const running: RunningProgram = startProgram({ command: program, args, environment, onTerminal }, clock, tell);
    return await supervisor.over.finally(stopListening);
  } finally {
    await client.close();
  }
}

const ignored = (): void => undefined;

async function find(
  { url, host: said }: RunOptions,
  wanted: number | 'auto' | null,
  client: RegistryClient,
  clock: Clock,
  say: (line: string) => void,
): Promise<Found> {
  const { host, because } = said === null ? await reachableHost(url, clock) : { host: said, because: null };
  if (because !== null) say(`callers reach it at ${host}: ${because}.`);
  const port = wanted === 'auto' ? await freePort() : wanted;
  if (typeof wanted === 'number' && (await isReachable('127.0.0.1', wanted, CALL_MS_MIN, clock))) {
    say(`somebody answers at port ${wanted} already, before the program is started. Is it running twice?`);
  }
  return { host, port, pid: process.pid, registry: client.url };
}

/** The first time that the program answers, it is also seen whether it does where callers will look. */
function prober(look: Look, address: string, clock: Clock, say: (line: string) => void): () => Promise<Verdict> {
  const [outer] = look.hosts;
  let asked = look.port === null || outer === undefined;
  return async () => {
    const verdict = await lookAt(look, clock);
    if (!asked && verdict.health !== 'critical') {
      asked = true;
      if (!(await isReachable(outer as string, look.port as number, look.timeoutMs, clock))) {
        say(`nobody answers at ${address}, where callers will look. Does it listen elsewhere? --host and --port say where they should.`);
      }
    }
    return verdict;
  };
}
