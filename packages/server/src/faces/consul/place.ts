/** Where a call is meant for: this datacenter, and the one namespace and partition that there are. */
import { ConsulRefusal } from './refusal.js';
import type { Ask } from './route.js';

/** Throws what Consul answers to who means somewhere else. */
export function demandHere(ask: Ask, datacenter: string): void {
  const { query } = ask;
  demandDatacenter(query.text('dc'), datacenter);
  for (const [name, heading, text] of places) {
    const wanted = query.text(name) || (ask.header(heading) ?? '');
    if (wanted !== '' && wanted !== 'default')
      throw new ConsulRefusal(400, `Invalid query parameter: "${name}" - ${text} is a Consul Enterprise feature`);
  }
}

/** Of a query or a body; empty is this one. */
function demandDatacenter(asked: string, datacenter: string): void {
  if (asked !== '' && asked.toLowerCase() !== datacenter) throw new ConsulRefusal(500, 'No path to datacenter');
}

const places = [
  ['ns', 'x-consul-namespace', 'Namespaces'],
  ['partition', 'x-consul-partition', 'Partitions'],
] as const;
