/**
 * Where callers connect to: an IPv4 or IPv6 address, or a DNS name. An address that means "all of my own"
 * is refused: it is where a server listens, never where a caller finds it.
 */
import { HOST_CHARACTERS_MAX } from './bounds.js';
import type { Named } from './names.js';
import type { ValueKind } from './value-kind.js';

export type Host = Named<'host'>;

export const Host: ValueKind<Host> = {
  allowed: 'an IPv4 or IPv6 address without brackets (not 0.0.0.0 or ::), or a DNS name',
  parse: (value) => (typeof value === 'string' && isHost(value) ? (value as Host) : undefined),
};

// Underscores are no letters of host names, but those of containers have them.
const label = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const numberAtEnd = /(?:^|\.)\d+$/;
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=\d)|$)){4}$/;
const ipv6Part = /^[0-9A-Fa-f]{1,4}$/;

function isHost(text: string): boolean {
  if (text.length > HOST_CHARACTERS_MAX) return false;
  if (text.includes(':')) return isIpv6(text) && !/^[0:]+$/.test(text);
  // The last label of a DNS name is never a number: what ends in one means to be an address.
  if (numberAtEnd.test(text)) return ipv4.test(text) && text !== '0.0.0.0';
  return text.split('.').every((part) => label.test(part));
}

function isIpv6(text: string): boolean {
  const [address = '', zone] = text.split('%', 2);
  if (zone !== undefined && !/^[A-Za-z0-9_.-]{1,32}$/.test(zone)) return false;
  const [head = '', tail, more] = address.split('::');
  if (more !== undefined) return false;
  const parts = [...ipv6Parts(head, tail === undefined), ...ipv6Parts(tail ?? '', true)];
  const width = parts.reduce((sum, part) => sum + part, 0);
  return tail === undefined ? width === 8 : width <= 7;
}

/** The width of each part in 16-bit groups; not a number for what is none. Only the very end may be an IPv4 address. */
function ipv6Parts(text: string, isEnd: boolean): readonly number[] {
  if (text === '') return [];
  const parts = text.split(':');
  return parts.map((part, at) => {
    if (ipv6Part.test(part)) return 1;
    return isEnd && at === parts.length - 1 && ipv4.test(part) ? 2 : NaN;
  });
}
