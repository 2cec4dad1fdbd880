/** The HTTP door's rows of the options table. */
import { bytesKind, digitsKind, type Option } from '../../shared/option.js';

const MIB = 1024 * 1024;

export const httpOption: Option<number> = {
  flag: 'http',
  placeholder: 'PORT',
  kind: digitsKind('a port from 1 to 65535, or 0 for any free one', 0, 65_535),
  default: 8500,
  defaultText: '8500',
  help: 'Where HTTP is answered; 0 picks a free port.',
};

export const answerCacheOption: Option<number> = {
  flag: 'answer-cache',
  placeholder: 'SIZE',
  kind: bytesKind(MIB, 64 * 1024 * MIB),
  default: 256 * MIB,
  defaultText: '256MiB',
  help: 'Memory for answers that lie ready, of all faces.',
};
