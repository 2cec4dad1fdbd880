/** Callers who may do some things, written as a token file has it: `caller({ read: '*', write: 'payments stock-*' })`. */
import { Namespace } from '../catalog/names.js';
import type { Caller } from '../face.js';
import { permissionsOf } from './permissions.js';
import { ServicePattern } from './scope.js';

export interface Wanted {
  readonly read?: string;
  readonly write?: string;
  readonly operate?: string;
  /** `*` for all of them. */
  readonly namespaces?: string;
  readonly identity?: string;
}

export function caller({ read = '', write = '', operate = '', namespaces = 'default', identity = 'ci' }: Wanted): Caller {
  const patterns = (text: string): readonly ServicePattern[] => words(text).map((word) => ServicePattern.parse(word) as ServicePattern);
  const spaces = namespaces === '*' ? 'all' : words(namespaces).map((word) => Namespace.parse(word) as Namespace);
  const may = permissionsOf({ namespaces: spaces, read: patterns(read), write: patterns(write), operate: patterns(operate) });
  return { identity, may, from: '10.0.0.9', face: 'test' };
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
