/** What the commands about one instance have in common: its id, and the service that tells two of the same id apart. */
import { ServiceName, type Option } from '@rollcall/core';
import { Misuse } from '../command.js';

export const serviceOption: Option<string | null> = {
  flag: 'service',
  placeholder: 'NAME',
  kind: ServiceName,
  default: null,
  defaultText: '',
  givenIn: 'typed',
  help: 'Its service, where several services use the same id.',
};

export function neededId(id: string | undefined): string {
  if (id === undefined) throw new Misuse('The id is missing; rollcall instances SERVICE --health any lists them.');
  return id;
}

export function ofService(service: string | null): { readonly service?: string } {
  return service === null ? {} : { service };
}
