/** `rollcall check`: one check of an instance, put or taken away by somebody who looks after it. */
import type { Check } from '@rollcall/client';
import { digitsKind, pathKind, typedDurationKind, type OptionTable } from '@rollcall/core';
import { askingCommand } from '../asking.js';
import { Misuse, type Command } from '../command.js';
import { readObject } from '../object-file.js';
import { oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { neededId, ofService, serviceOption } from './one-instance.js';
import { typedCheckKind } from './typed-check.js';

interface CheckOptions {
  readonly intervalMs: number | null;
  readonly timeoutMs: number | null;
  readonly failures: number | null;
  readonly file: string | null;
  readonly service: string | null;
}

const checkMeant = { what: 'check', example: '{"type": "tcp", …}' };

const DAY_MS: number = 24 * 60 * 60 * 1000;
const none = { default: null, defaultText: '', givenIn: 'typed' } as const;

const options: OptionTable<CheckOptions> = {
  intervalMs: {
    flag: 'interval',
    placeholder: 'DURATION',
    kind: typedDurationKind(1000, DAY_MS, '10s'),
    ...none,
    help: 'How often it is asked. Left out: 10s.',
  },
  timeoutMs: {
    flag: 'timeout',
    placeholder: 'DURATION',
    kind: typedDurationKind(10, 60_000, '5s'),
    ...none,
    help: 'How long an answer may take. Left out: 5s.',
  },
  failures: {
    flag: 'failures',
    placeholder: 'N',
    kind: digitsKind('a whole number from 1 to 100', 1, 100),
    ...none,
    help: 'So many in a row before it is critical. Left out: 3.',
  },
  file: {
    flag: 'file',
    placeholder: 'FILE',
    kind: pathKind('the path of a file, or - for what comes in'),
    ...none,
    help: 'In place of WHAT: a check in JSON, as PUT /instances/{id}/checks/{name} takes it; - reads what comes in.',
  },
  service: serviceOption,
};

const details = `WHAT is http:/PATH, https:/PATH, tcp, grpc, tcp:PORT or grpc:PORT; --file takes checks of every type. A check that was put stays when the \
instance registers again, and what was removed stays away. What the other checks found stays, and what this one found too where it goes on asking the same.

  rollcall check put payments-10.0.0.5-8080 http http:/health --interval 30s
  rollcall check remove payments-10.0.0.5-8080 http`;

export const checkCommand = (surroundings: Surroundings): Command =>
  askingCommand<CheckOptions>(
    {
      name: 'check',
      group: 'operate',
      operands: 'put|remove ID NAME [WHAT]',
      operandsMax: 4,
      summary: 'Adds, changes or removes one check of an instance.',
      details,
      options,
      async ask({ registry, wait, json, printJson, aside }, values, [verb, ...operands]) {
        const [, name, what] = operands;
        if (verb !== 'put' && verb !== 'remove')
          throw new Misuse(`What to do is ${verb === undefined ? 'missing' : JSON.stringify(verb)}; allowed is one of put, remove.`);
        const id = neededId(operands[0]);
        if (name === undefined) throw new Misuse('The name of the check is missing; rollcall why ID lists them.');
        const which = ofService(values.service);
        if (verb === 'remove') {
          if (what !== undefined) throw new Misuse(`remove takes an id and a name, and no ${JSON.stringify(what)}.`);
          await wait(registry.removeCheck(id, name, which));
          aside(oneLine(`The check ${name} of ${id} is removed.`) + '\n');
          return undefined;
        }
        const instance = await wait(registry.putCheck(id, name, await askedCheck(surroundings, what, values), which));
        if (json) printJson(instance);
        else aside(oneLine(`The check ${name} of ${instance.id} of ${instance.service} is made from now on.`) + '\n');
        return undefined;
      },
    },
    surroundings,
  );

/** Whether it is a good one is for the registry to say. */
async function askedCheck(surroundings: Surroundings, what: string | undefined, values: CheckOptions): Promise<Check> {
  const { intervalMs, timeoutMs, failures, file } = values;
  if ((what === undefined) === (file === null))
    throw new Misuse('Say what to ask, once: http:/health, tcp, or --file with a check in JSON.');
  const check = file === null ? typedCheckKind.parse(what) : ((await readObject(surroundings, file, checkMeant)) as Check);
  if (check === undefined) throw new Misuse(`What to ask is ${JSON.stringify(what)}; allowed is ${typedCheckKind.allowed}.`);
  return {
    ...check,
    ...(intervalMs === null ? {} : { interval: intervalMs }),
    ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
    ...(failures === null ? {} : { failuresBeforeCritical: failures }),
  };
}
