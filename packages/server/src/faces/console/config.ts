/** The console's row of the options table. */
import { switchOption, type Option } from '@rollcall/core';

export const consoleOption: Option<boolean> = switchOption(
  'console',
  'The page at /ui, which shows who is there, how they are and why.',
  true,
);
