/** Who is registered from within this process: the same instance twice would beat, change and leave for the other one. */
import type { Registration } from '../shapes.js';

/** Throws what it says when the program registers somebody twice. */
export class AlreadyRegistered extends Error {
  override readonly name = 'AlreadyRegistered';
}

/** Of the whole process, whichever `Registry` it is registered through. */
const taken = new Set<string>();

export interface Identity {
  /** Where: two registries may know the same instance. */
  readonly registry: string;
  readonly namespace: string;
  readonly registration: Registration;
}

/** Takes an identity, until what it answers is called. */
export function takeIdentity({ registry, namespace, registration }: Identity): () => void {
  const { service, id, host = '', port = '' } = registration;
  // Before anything is sent, because of what is made of it here; the rest the registry judges.
  if (typeof service !== 'string') throw new TypeError('A registration has a service, the name by which callers find it: { service, … }.');
  const who = id === undefined ? ['at', host, port] : ['id', id];
  const name = JSON.stringify([registry, registration.namespace ?? namespace, service.toLowerCase(), ...who]);
  if (taken.has(name)) {
    const shown = id === undefined ? `${host}:${port}` : JSON.stringify(id);
    throw new AlreadyRegistered(
      `${shown} of ${service} is registered by this program already. Deregister that registration first, or give this one another id.`,
    );
  }
  taken.add(name);
  return () => taken.delete(name);
}
