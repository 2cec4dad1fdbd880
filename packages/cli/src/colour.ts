/** Colours, where somebody sees them. */
import type { Environment } from '@rollcall/core';
import type { Outlet } from './command.js';

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39], magenta: [35, 39] } as const;

export type Colour = keyof typeof codes;

/** Text in a colour, or as it is. */
export type Paint = (colour: Colour | undefined, text: string) => string;

/** On a terminal, unless NO_COLOR says otherwise; elsewhere only if FORCE_COLOR does. Of the two, FORCE_COLOR counts. */
export function painter({ isTTY = false }: Pick<Outlet, 'isTTY'>, environment: Environment): Paint {
  return wanted(isTTY, environment) ? paint : (_colour, text) => text;
}

function wanted(isTTY: boolean, environment: Environment): boolean {
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  const refused = environment['NO_COLOR'];
  return isTTY && (refused === undefined || refused === '') && environment['TERM'] !== 'dumb';
}

function paint(colour: Colour | undefined, text: string): string {
  if (colour === undefined || text === '') return text;
  const [on, off] = codes[colour];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
