/** The native face's rows of the options table. */
import { digitsKind, type Option } from '@rollcall/core';

export const watchersOption: Option<number> = {
  flag: 'watchers',
  placeholder: 'N',
  kind: digitsKind('a whole number from 0 to 1000000', 0, 1_000_000),
  default: 10_000,
  defaultText: '10000',
  help: 'How many may watch at a time; about 11 kB each.',
};
