/** The addresses of this machine that a door at `bind` can be asked at. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface OwnAddress {
  /** With the interface behind it where the address holds there only: `fe80::1%eth0`. */
  readonly address: string;
  readonly isInternal: boolean;
}

export function isEverywhere(bind: string): boolean {
  return bind === '0.0.0.0' || bind === '::';
}

/** Of the kinds that a socket for all addresses would take. */
export function localAddresses(everywhere: string): readonly OwnAddress[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, infos = []]) => infos.map((info) => ({ ...info, name })));
  const wanted = everywhere === '0.0.0.0' ? all.filter(({ family }) => family === 'IPv4') : all;
  return wanted.map(({ address, name, internal }) => ({
    address: address.startsWith('fe80:') ? `${address}%${name}` : address,
    isInternal: internal,
  }));
}

/** What others can be told: none that holds on this machine or on one wire only, unless there is no other. */
export function ownAddressesOf(bind: string): readonly string[] {
  if (!isEverywhere(bind)) return isIP(bind) === 0 ? [] : [bind];
  return localAddresses(bind)
    .filter(({ address, isInternal }) => !isInternal && !address.includes('%'))
    .map(({ address }) => address);
}
