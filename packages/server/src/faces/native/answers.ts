/** What the native face answers about services. */
import { isSelected, spelling, type Caller, type CatalogView, type HealthFilter, type Namespace, type ServiceName } from '@rollcall/core';
import { read } from './map.js';

export interface ServiceQuery {
  readonly namespace: Namespace;
  readonly service: ServiceName;
  readonly health: HealthFilter;
}

/** A service that nobody knows is one without instances: whoever asks may have come first. */
export function readService(view: CatalogView, { namespace, service, health }: ServiceQuery, caller: Caller): object {
  const all = view.instances(namespace, service, caller);
  return {
    service: spelling(all) ?? service,
    revision: view.revision,
    instances: all.filter((instance) => isSelected(instance, health)).map(read),
  };
}

export function readServices(view: CatalogView, namespace: Namespace, caller: Caller): object {
  return { revision: view.revision, services: view.services(namespace, caller) };
}
