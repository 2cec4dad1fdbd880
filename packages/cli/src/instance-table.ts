/** Instances as a table, one to a line. */
import type { Instance } from '@rollcall/client';
import { addresses, ago, healthColours, modeColours, pairs } from './shown.js';
import type { Column } from './table.js';

export function instanceColumns(nowMs: number): readonly Column<Instance>[] {
  return [
    { heading: 'HEALTH', cell: (instance) => ({ text: healthText(instance, nowMs), colour: healthColours[instance.health] }) },
    { heading: 'MODE', cell: ({ mode }) => ({ text: mode, colour: modeColours[mode] }) },
    { heading: 'ID', cell: ({ id }) => id },
    { heading: 'ADDRESS', cell: addresses, optional: true },
    { heading: 'VERSION', cell: ({ version = '' }) => version, optional: true },
    { heading: 'ZONE', cell: ({ zone = '' }) => zone, optional: true },
    { heading: 'WEIGHT', cell: ({ weight }) => (weight === 1 ? '' : String(weight)), align: 'right', optional: true },
    { heading: 'MACHINE', cell: ({ machine = '' }) => machine, optional: true },
    { heading: 'TAGS', cell: ({ tags }) => tags.join(' '), optional: true },
    { heading: 'METADATA', cell: ({ metadata }) => pairs(metadata), optional: true },
    { heading: 'AGE', cell: ({ registeredAt }) => ago(registeredAt, nowMs), align: 'right' },
    { heading: 'WHY', cell: why, optional: true },
  ];
}

/** `passing`, `critical 3m`, `critical 3m, held`. */
function healthText({ health, healthSince, held, flapping }: Instance, nowMs: number): string {
  const since = health === 'passing' ? '' : ago(healthSince, nowMs);
  return `${health}${since === '' ? '' : ` ${since}`}${held === true ? ', held' : ''}${flapping === true ? ', flapping' : ''}`;
}

/** In whose words it is as it is. */
function why({ modeReason = '', healthOverride, healthOutput = '' }: Instance): string {
  const said =
    healthOverride === undefined
      ? healthOutput
      : `said from outside${healthOverride.reason === undefined ? '' : `: ${healthOverride.reason}`}`;
  return [modeReason, said].filter((reason) => reason !== '').join('; ');
}
