/** `rollcall deregister`: an instance leaves. */
import { askingCommand } from '../asking.js';
import type { Command } from '../command.js';
import { oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { neededId, ofService, serviceOption } from './one-instance.js';

export const deregisterCommand = (surroundings: Surroundings): Command =>
  askingCommand<{ readonly service: string | null }>(
    {
      name: 'deregister',
      operands: 'ID',
      operandsMax: 1,
      summary: 'Takes an instance out of the registry, at once.',
      details:
        'Whoever beats for it will be told that it is not known, and may register it again. To keep callers away while it runs on: rollcall mode ID out.',
      options: { service: serviceOption },
      async ask({ registry, wait, json, aside }, { service }, operands) {
        const id = neededId(operands[0]);
        await wait(registry.deregister(id, ofService(service)));
        if (!json) aside(`${oneLine(id)} has left.\n`);
        return undefined;
      },
    },
    surroundings,
  );
