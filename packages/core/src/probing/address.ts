/**
 * Addresses as numbers, whatever spelling they came in. What resolves names reads `0x7f.1`, `2130706433` and
 * `::ffff:127.0.0.1` as 127.0.0.1; whoever guards addresses has to read them so too.
 */

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** `null` for what is a name, and for what is nothing. An IPv6 address that stands for an IPv4 one is that one. */
export function readAddress(text: string): Address | null {
  if (!text.includes(':')) return readIpv4(text);
  const address = readIpv6(text.replace(/^\[(.*)\]$/, '$1'));
  return address === null ? null : (embeddedIpv4(address) ?? address);
}

/** A part of one: as decimal, with a 0 in front as octal, with 0x as hexadecimal. */
const ipv4Part = /^(?:0x[0-9a-f]*|\d+)$/i;

/** As `inet_aton` has it: one to four parts, of which the last fills all bytes that are left. */
function readIpv4(text: string): Address | null {
  const parts = text.replace(/\.$/, '').split('.');
  if (parts.length > 4 || !parts.every((part) => ipv4Part.test(part))) return null;
  const numbers = parts.map(readPart);
  const last = numbers.pop() as number;
  const rest = 4 - numbers.length;
  if (numbers.some((number) => !(number <= 255)) || !(last < 256 ** rest)) return null;
  const head = numbers.reduce((sum, number) => sum * 256n + BigInt(number), 0n);
  return { family: 4, value: head * 256n ** BigInt(rest) + BigInt(last) };
}

function readPart(part: string): number {
  if (/^0x/i.test(part)) return part.length === 2 ? 0 : Number(part);
  return /^0\d/.test(part) ? (/^[0-7]+$/.test(part) ? Number.parseInt(part, 8) : NaN) : Number(part);
}

const GROUPS = 8;

function readIpv6(text: string): Address | null {
  const [address = '', , moreZones] = text.split('%');
  const [head = '', tail, more] = address.split('::');
  if (more !== undefined || moreZones !== undefined) return null;
  const left = groupsOf(head, tail === undefined);
  const right = groupsOf(tail ?? '', true);
  if (left === null || right === null) return null;
  const missing = GROUPS - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return { family: 6, value: groups.reduce((sum, group) => sum * 65_536n + BigInt(group), 0n) };
}

function groupsOf(text: string, isEnd: boolean): readonly number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const dotted = isEnd && at === parts.length - 1 && /^\d+(\.\d+){3}$/.test(part) ? readIpv4(part) : null;
      if (dotted === null) return null;
      groups.push(Number(dotted.value >> 16n), Number(dotted.value & 0xffffn));
    }
  }
  return groups;
}

/** Mapped, compatible, translated, and 6to4: whoever connects there may arrive at the IPv4 address that stands in it. */
function embeddedIpv4({ value }: Address): Address | null {
  const low: Address = { family: 4, value: value & 0xffff_ffffn };
  const high = value >> 32n;
  // ::ffff:a.b.c.d, ::ffff:0:a.b.c.d, 64:ff9b::a.b.c.d
  if (high === 0xffffn || high === 0xffff_0000n || high === 0x0064_ff9bn << 64n) return low;
  // ::a.b.c.d, but :: and ::1 are addresses of their own.
  if (high === 0n && value > 0xffffn) return low;
  // 2002:a.b.c.d::
  return value >> 112n === 0x2002n ? { family: 4, value: (value >> 80n) & 0xffff_ffffn } : null;
}

/** Addresses that begin with the same bits. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly from: bigint;
  readonly to: bigint;
}

/** `10.0.0.0/8`, `fd00::/8`, or one address alone. `null` for what is none. */
export function readAddressRange(text: string): AddressRange | null {
  const [addressText = '', bitsText, more] = text.split('/');
  const address = addressText.includes(':') ? readIpv6(addressText) : plainIpv4(addressText);
  if (address === null || more !== undefined) return null;
  const width = address.family === 4 ? 32 : 128;
  const bits = bitsText === undefined ? width : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : NaN;
  if (!(bits <= width)) return null;
  const size = 1n << BigInt(width - bits);
  const from = (address.value / size) * size;
  return { family: address.family, from, to: from + size - 1n };
}

/** People who write down what is allowed write it in full. */
function plainIpv4(text: string): Address | null {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? readIpv4(text) : null;
}

export function isIn({ family, value }: Address, range: AddressRange): boolean {
  return family === range.family && value >= range.from && value <= range.to;
}
