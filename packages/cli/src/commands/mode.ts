/** `rollcall mode`: what is wanted of an instance. */
import type { Instance, ModeChange } from '@rollcall/client';
import { DRAIN_MAX_MS, lineKind, REASON_CHARACTERS_MAX, typedDurationKind, type OptionTable } from '@rollcall/core';
import { askingCommand } from '../asking.js';
import { Misuse, type Command } from '../command.js';
import { oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { neededId, ofService, serviceOption } from './one-instance.js';

interface ModeOptions {
  readonly reason: string | null;
  readonly drainTimeMs: number | null;
  readonly service: string | null;
}

const options: OptionTable<ModeOptions> = {
  reason: {
    flag: 'reason',
    placeholder: 'TEXT',
    kind: lineKind(REASON_CHARACTERS_MAX),
    default: null,
    defaultText: '',
    givenIn: 'typed',
    help: 'Why, for whoever looks.',
  },
  drainTimeMs: {
    flag: 'drain-time',
    placeholder: 'DURATION',
    kind: typedDurationKind(1, DRAIN_MAX_MS, '30s'),
    default: null,
    defaultText: '',
    givenIn: 'typed',
    help: 'With draining: how long that lasts; then it departs, and is in again when it registers again. Left out: until somebody says otherwise.',
  },
  service: serviceOption,
};

const meanings: Readonly<Record<ModeChange['mode'], string>> = {
  in: 'callers are sent to it while it is healthy',
  draining: 'it finishes what it has, and gets nothing new',
  out: 'it is in maintenance, and no caller is sent to it, whoever registers it again',
};

export const modeCommand = (surroundings: Surroundings): Command =>
  askingCommand<ModeOptions>(
    {
      name: 'mode',
      group: 'operate',
      operands: 'ID in|draining|out',
      operandsMax: 2,
      summary: 'Takes an instance out of rotation, or back in.',
      details: `in: ${meanings.in}. draining: ${meanings.draining}. out: ${meanings.out}.\n\n  rollcall mode payments-10.0.0.5-8080 out --reason 'a new disk'`,
      options,
      async ask({ registry, wait, json, printJson, aside }, { reason, drainTimeMs, service }, operands) {
        const id = neededId(operands[0]);
        const mode = modeNamed(operands[1]);
        if (drainTimeMs !== null && mode !== 'draining') throw new Misuse('--drain-time goes with draining only.');
        const change = { mode, ...(reason === null ? {} : { reason }), ...(drainTimeMs === null ? {} : { drainTime: drainTimeMs }) };
        const instance = await wait(registry.setMode(id, change, ofService(service)));
        if (json) printJson(instance);
        else aside(`${said(instance)}\n`);
        return undefined;
      },
    },
    surroundings,
  );

function modeNamed(word: string | undefined): ModeChange['mode'] {
  if (word === 'in' || word === 'draining' || word === 'out') return word;
  throw new Misuse(`The mode is ${word === undefined ? 'missing' : JSON.stringify(word)}; allowed is one of in, draining, out.`);
}

function said({ id, service, mode }: Instance): string {
  return oneLine(`${id} of ${service} is ${mode} now: ${meanings[mode]}.`);
}
