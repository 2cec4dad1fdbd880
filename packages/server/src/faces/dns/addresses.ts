/** IP addresses as bytes, and the spellings of them that stand in names. */

/** Four or sixteen bytes; `null` for a name, and for an address that holds within one machine's network only (`fe80::1%eth0`). */
export function addressBytes(host: string): Uint8Array | null {
  return host.includes(':') ? ipv6Bytes(host) : ipv4Bytes(host);
}

/** Neither an address nor a part of one. */
export function isName(host: string): boolean {
  return !host.includes(':') && ipv4Bytes(host) === null;
}

function ipv4Bytes(text: string): Uint8Array | null {
  // By hand, since every instance passes here whenever its service changes.
  const bytes = new Uint8Array(4);
  let [part, digits, dots] = [0, 0, 0];
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || part > 255 || dots > 3) return null;
      bytes[dots++] = part;
      part = 0;
      digits = 0;
    } else if (code >= 0x30 && code <= 0x39 && digits < 3) {
      part = part * 10 + code - 0x30;
      digits++;
    } else return null;
  }
  return dots === 4 ? bytes : null;
}

const DOT = 0x2e;
const GROUPS = 8;

function ipv6Bytes(text: string): Uint8Array | null {
  if (text.includes('%')) return null;
  const [head = '', tail, more] = text.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  if (left === null || right === null || more !== undefined) return null;
  const missing = GROUPS - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]));
}

function groupsOf(text: string): readonly number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    const dotted = part.includes('.') ? ipv4Bytes(part) : null;
    if (dotted !== null) groups.push(u16(dotted, 0), u16(dotted, 2));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** `0a000005`, as in `0a000005.addr.rollcall`. */
export function hexOf(address: Uint8Array): string {
  let text = '';
  for (const byte of address) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** The inverse; `null` for what is none. */
export function readHex(text: string): Uint8Array | null {
  if (!/^(?:[0-9a-f]{8}|[0-9a-f]{32})$/i.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(at * 2, at * 2 + 2), 16));
}

/** `10-0-0-5` or, all groups written out, `fd00-0-0-0-0-0-0-1`: a label that any client takes for a host's name. */
export function dashedOf(address: Uint8Array): string {
  if (address.length === 4) return address.join('-');
  return Array.from({ length: GROUPS }, (_, group) => u16(address, group * 2).toString(16)).join('-');
}

/** The inverse, which also reads `fd00--1`, as others write it. `null` for what is none. */
export function readDashed(label: string): Uint8Array | null {
  if (!/^[0-9a-f-]{4,45}$/i.test(label)) return null;
  return ipv4Bytes(label.replaceAll('-', '.')) ?? ipv6Bytes(label.replaceAll('-', ':'));
}

/** `5.0.0.10` below in-addr.arpa, nibbles below ip6.arpa, the last part first. `null` for what is none. */
export function readReverse(labels: readonly string[], family: 4 | 6): Uint8Array | null {
  if (labels.length !== reverseLabels[family]) return null;
  if (family === 4) return ipv4Bytes(labels.toReversed().join('.'));
  return labels.every((label) => /^[0-9a-f]$/i.test(label)) ? readHex(labels.toReversed().join('')) : null;
}

/** How many labels an address has there. */
export const reverseLabels = { 4: 4, 6: 32 } as const;

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** As it is written. */
export function addressText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => (((address[at * 2] as number) << 8) | (address[at * 2 + 1] as number)).toString(16));
  return groups.join(':');
}
