/** The rows of the options table for services from files. */
import { pathKind, type Option } from '@rollcall/core';

export const servicesDirOption: Option<string | null> = {
  flag: 'services-dir',
  placeholder: 'DIR',
  kind: pathKind('the path of a directory'),
  default: null,
  defaultText: '',
  help: 'Registers what its .yaml, .yml and .json files say, and follows their changes. A file that goes takes its instances along.',
};
