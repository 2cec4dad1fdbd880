/** Services from files as a part of the registry: in the words of `POST /register`, or as Consul's files define them. */
import { RollcallError, type CatalogView, type NodeName, type Origin, type Registrar, type Registration } from '@rollcall/core';
import type { Agent } from '../faces/consul/agent/agents.js';
import { readDefinition } from '../faces/consul/said/definition-file.js';
import { ConsulRefusal } from '../faces/consul/refusal.js';
import { write } from '../faces/native/map.js';
import type { Part } from '../lifecycle.js';
import type { ServeOptions } from '../options/options.js';
import type { Surroundings } from '../surroundings.js';
import { markOf } from '../services-dir/origin.js';
import { DirectoryOnDisk } from '../services-dir/directory.js';
import type { ReadRegistration } from '../services-dir/service-file.js';
import { ServicesDir } from '../services-dir/services-dir.js';

export interface ServicesSources extends Pick<Surroundings, 'clock' | 'log'> {
  readonly view: CatalogView;
  readonly registrar: Registrar;
  /** `null` for a node that has no others. */
  readonly node: NodeName | null;
  /** On whose node a service is that Consul's files define. */
  readonly agent: Agent;
}

/** None where no directory is named. */
export function servicesParts({ servicesDir: path }: Pick<ServeOptions, 'servicesDir'>, around: ServicesSources): readonly Part[] {
  if (path === null) return [];
  const read: ReadRegistration = (input, origin, manner) =>
    manner === 'consul' ? readConsul(input, origin, around.agent) : { ...write(input, null), origin };
  const services = new ServicesDir({ ...around, path, directory: new DirectoryOnDisk(path), read, mark: markOf(around.node) });
  return [{ name: 'services from files', start: () => services.start(), reload: () => services.reload(), close: () => services.close() }];
}

/** It carries the mark of its file, beside what Consul's face keeps of it. */
function readConsul(input: unknown, origin: Origin, agent: Agent): Registration {
  try {
    const registration = readDefinition(input, agent);
    return { ...registration, origin: { ...registration.origin, ...origin } };
  } catch (error) {
    if (!(error instanceof ConsulRefusal)) throw error;
    throw new RollcallError('invalid-request', error.message.replace(/^Request decode failed: (?:json: )?/, ''), {}, { cause: error });
  }
}
