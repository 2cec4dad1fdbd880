/** `rollcall register`: an instance comes, and with --keep-alive stays until it is told to leave. */
import type { Registration } from '@rollcall/client';
import { askingCommand } from '../asking.js';
import { Misuse, type Command } from '../command.js';
import { keepAlive } from '../keep-alive.js';
import { readObject } from '../object-file.js';
import { address, oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { registerOptions, typedRegistration, type RegisterOptions } from './register-options.js';

const registrationMeant = { what: 'registration', example: '{"service": "payments", …}' };

const details = `It prints the id of the instance. Registering the same again changes nothing but counts as a heartbeat, so it can be repeated whenever \
in doubt. Without --keep-alive somebody else has to beat: rollcall heartbeat ID, or PUT /heartbeat/ID. rollcall run does all of this round a program.

  rollcall register payments --host 10.0.0.5 --port 8080 --tag blue --meta team=money
  rollcall register payments --host 10.0.0.5 --port 8080 --keep-alive
  rollcall register payments --host 10.0.0.5 --port 8080 --check http:/health
  rollcall register --file registration.json

With --keep-alive it beats three times in a ttl. When the registry does not know it (any more), it registers again; when nobody answers, it goes on \
trying. Each of these it says in a line. Ctrl-C and SIGTERM deregister; a second one ends at once.`;

export const registerCommand = (surroundings: Surroundings): Command =>
  askingCommand<RegisterOptions>(
    {
      name: 'register',
      operands: '[SERVICE]',
      operandsMax: 1,
      summary: 'Registers an instance, or registers it again.',
      details,
      options: registerOptions,
      outlivesReader: true,
      async ask(desk, values, [service]) {
        const registration = await registrationOf(surroundings, service, values);
        if (values.keepAlive) return keepAlive(desk, registration);
        const { registry, wait, json, printJson, print, aside } = desk;
        const { instance, created } = await wait(registry.register(registration));
        if (json) {
          printJson(instance);
          return undefined;
        }
        const at = address(instance);
        aside(
          oneLine(`${instance.service}${at === '' ? '' : ` at ${at}`} ${created ? 'is registered' : 'was registered already'}, as:`) + '\n',
        );
        print(`${oneLine(instance.id)}\n`);
        return undefined;
      },
    },
    surroundings,
  );

/** What the file says, and over it what was typed. */
async function registrationOf(surroundings: Surroundings, service: string | undefined, values: RegisterOptions): Promise<Registration> {
  const typed = typedRegistration(service, values);
  if (values.file !== null) return { ...(await readObject(surroundings, values.file, registrationMeant)), ...typed } as Registration;
  if (service === undefined) throw new Misuse('The service is missing: its name, or a --file that has it.');
  if (values.id === null && (values.host === null || values.port === null)) {
    throw new Misuse('Say where callers reach it, with --host and --port; or name it with --id.');
  }
  return { ...typed, service };
}
