/** The native face's rows of the options table. */
import { digitsKind, type Option } from '../../shared/option.js';

export const httpOption: Option<number> = {
  flag: 'http',
  placeholder: 'PORT',
  kind: digitsKind('a port from 1 to 65535, or 0 for any free one', 0, 65_535),
  default: 8500,
  defaultText: '8500',
  help: 'Where HTTP is answered; 0 picks a free port.',
};
