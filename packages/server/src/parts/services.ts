/** Services from files as a part of the registry, in the words of `POST /register`. */
import type { CatalogView, NodeName, Registrar } from '@rollcall/core';
import { write } from '../faces/native/map.js';
import type { Part } from '../lifecycle.js';
import type { ServeOptions } from '../options.js';
import type { Surroundings } from '../surroundings.js';
import { markOf } from '../services-dir/origin.js';
import { DirectoryOnDisk } from '../services-dir/directory.js';
import { ServicesDir } from '../services-dir/services-dir.js';

/** None where no directory is named. `node`: `null` for one that has no others. */
export function servicesParts(
  { servicesDir: path }: Pick<ServeOptions, 'servicesDir'>,
  around: { readonly view: CatalogView; readonly registrar: Registrar; readonly node: NodeName | null } & Pick<
    Surroundings,
    'clock' | 'log'
  >,
): readonly Part[] {
  if (path === null) return [];
  const read = (input: unknown, origin: { readonly face: string }): ReturnType<typeof write> => ({ ...write(input, null), origin });
  const services = new ServicesDir({ ...around, path, directory: new DirectoryOnDisk(path), read, mark: markOf(around.node) });
  return [{ name: 'services from files', start: () => services.start(), reload: () => services.reload(), close: () => services.close() }];
}
